import {
  BINDING_TYPE,
  Refusal,
  bindingPayload,
  coseKey,
  demand,
  encodeCbor,
  encodeDocument,
  equal,
  madeBinding,
  parseOrigin,
  parseRelease,
  signSlot,
  thumbprint,
  partRefused,
  type PartType,
} from '../../core/index.ts'
import type { Inside } from '../inside.ts'
import { boundParts } from './bound-parts.ts'
import { dakSlot } from './dak-slot.ts'
import type { FittedPart } from './part-files.ts'

/**
 * Asks the registry for the part in that place, and takes it in if it may: fails closed, and changes
 * nothing until the token is there. @throws {Refusal} not-found, part-signature, part-refused and
 * whatever else the registry says; unavailable, timeout; a code of `checkPairingToken`
 */
export async function pairPart(
  inside: Inside,
  type: PartType,
  release: Uint8Array | null,
): Promise<void> {
  const { memory, registry, options, fitting } = inside
  inside.demandOn()
  const fitted = (await inside.partsIn(options.dir)).find((one) => one.type === type)
  demand(fitted !== undefined, 'not-found', 'there is no part in that place')
  const { signer, origin } = fitted
  demand(signer !== null, 'part-signature', 'the part has no key to sign with')
  const part = thumbprint(signer.key)
  const nonce = await registry.nonce()
  const binding = await signedBinding(inside, fitted, { nonce, release })
  const eat = await inside.attest(nonce)
  const key = encodeCbor(coseKey(signer.key))
  const { country } = options
  const hear = (error: unknown) => {
    if (error instanceof Refusal && isAboutPart(error)) fitting.heard(part, error)
    throw error
  }
  try {
    const asked = { eat, country, key, origin, binding, release }
    const answer = await registry.pair(asked).catch(hear)
    await memory.inTurn(() => takeIn(inside, { type, part, nonce }, answer))
  } finally {
    await memory.inTurn(() => fitting.check())
  }
}

/** What says nothing of the part must not stand on the screen as if it did. */
function isAboutPart({ code }: Refusal): boolean {
  return code.startsWith('part-') || code === 'donor-release-used'
}

interface Pairing {
  readonly type: PartType
  readonly part: Uint8Array
  readonly nonce: Uint8Array
}

interface Answered {
  readonly token: Uint8Array
  readonly certificates: readonly Uint8Array[]
  readonly roots: readonly Uint8Array[]
}

async function takeIn(inside: Inside, asked: Pairing, answer: Answered): Promise<void> {
  const { memory, verify, options, law } = inside
  inside.demandOn()
  await inside.walk(answer.roots)
  const { store, known } = memory
  const { type, part, nonce } = asked
  const authorities = inside.homeAuthorities(answer.certificates)
  const { treeSize, now } = known
  const expected = { dak: thumbprint(store.dak), part, nonce, treeSize, now }
  const { binding } = law.bindPart(answer.token, authorities, expected, verify.es256)
  const others = boundParts(store, known).filter((bound) => bound.type !== type)
  await memory.persist({ ...known, parts: [...others, { type, part, binding }] })
  options.logger.info({ part: type }, 'paired')
}

async function signedBinding(
  { memory }: Inside,
  { type, signer, origin }: FittedPart,
  about: { readonly nonce: Uint8Array; readonly release: Uint8Array | null },
): Promise<Uint8Array> {
  const { store } = memory
  const part = thumbprint(signer!.key)
  const previous = previousOf(origin, part, about.release)
  const dak = thumbprint(store.dak)
  const payload = encodeCbor(bindingPayload({ part, type, dak, previous, nonce: about.nonce }))
  const slots = [
    await dakSlot(store, BINDING_TYPE, payload),
    signSlot(BINDING_TYPE, payload, signer!),
  ]
  return encodeDocument({ contentType: BINDING_TYPE, payload, slots })
}

/** What it follows: the binding its release names; else what its maker built it into. */
function previousOf(
  origin: Uint8Array,
  part: Uint8Array,
  release: Uint8Array | null,
): Uint8Array | null {
  if (release) {
    const { parts } = parseRelease(release).release
    const named = parts.find((one) => equal(one.part, part))
    if (!named) throw partRefused('not-released', 'the release is about other parts')
    return named.binding
  }
  try {
    const parsed = parseOrigin(origin)
    return parsed.kind === 'made' ? madeBinding(parsed.record) : null
  } catch {
    return null
  }
}
