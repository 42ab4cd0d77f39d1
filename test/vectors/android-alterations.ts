import { Refusal, fromBase64 } from '../../src/core/index.ts'
import { ANDROID_ROOTS } from '../../src/registry/attestation/roots.ts'
import { verifyAndroidChain } from '../../src/registry/attestation/verify.ts'
import type { Json } from './outside.ts'

/** Between these bytes of a certificate there is always another that is altered. */
const STRIDE = 17
/** When the newest of the published chains was made. */
const THEN = Date.UTC(2026, 5, 5)

/** The word of the rule, `accepted`, or `a crash: …`, for a chain held against the nonce its file names. */
export async function verifiedAt(
  certificates: readonly Uint8Array[],
  json: Json,
): Promise<string> {
  return ruleOf(() =>
    verifyAndroidChain(certificates, {
      roots: ANDROID_ROOTS,
      status: { serials: new Set(), asOf: THEN },
      nonce: fromBase64(json['attestationChallenge'] as string),
      nowMs: THEN,
    }),
  )
}

async function ruleOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'accepted'
  } catch (error) {
    if (error instanceof Refusal && error.code === 'attestation-needed')
      return String(error.facts['rule'])
    return `a crash: ${String(error)}`
  }
}

interface Altered {
  readonly what: string
  readonly rule: string
}

/** The chain in every state in which nobody may believe it. A crash is told as accepted: both are ours. */
export async function* alteredChains(
  chain: readonly Uint8Array[],
  json: Json,
): AsyncGenerator<Altered> {
  for (const { what, certificates, otherNonce } of alterations(chain)) {
    const asked = otherNonce ? { ...json, attestationChallenge: 'AAAA' } : json
    const rule = await verifiedAt(certificates, asked)
    yield { what, rule: rule.startsWith('a crash') ? 'accepted' : rule }
  }
}

interface Alteration {
  readonly what: string
  readonly certificates: readonly Uint8Array[]
  readonly otherNonce?: boolean
}

function* alterations(chain: readonly Uint8Array[]): Generator<Alteration> {
  yield { what: 'another nonce', certificates: chain, otherNonce: true }
  yield { what: 'the root first', certificates: chain.toReversed() }
  yield { what: 'no links', certificates: [] }
  yield { what: 'the leaf added once more', certificates: [chain[0]!, ...chain] }
  yield { what: 'the root added once more', certificates: [...chain, ...chain, chain.at(-1)!] }
  for (const [i, bytes] of chain.entries()) {
    yield { what: `link ${i} missing`, certificates: chain.toSpliced(i, 1) }
    yield { what: `link ${i} twice`, certificates: chain.toSpliced(i, 0, bytes) }
    const next = chain[i + 1]
    if (next) yield { what: `link ${i} late`, certificates: chain.toSpliced(i, 2, next, bytes) }
    yield { what: `link ${i} cut`, certificates: chain.with(i, bytes.subarray(0, -1)) }
    yield { what: `link ${i} longer`, certificates: chain.with(i, Uint8Array.of(...bytes, 0)) }
    for (let at = i; at < bytes.length; at += STRIDE) {
      const flipped = Uint8Array.from(bytes)
      flipped[at]! ^= 1 << at % 8
      yield { what: `byte ${at} of link ${i} altered`, certificates: chain.with(i, flipped) }
    }
  }
}
