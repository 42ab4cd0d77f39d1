import { expect, it } from 'vitest'
import {
  Authorities,
  checkPartAnswer,
  checkRelease,
  decodeCbor,
  decodePartList,
  equal,
  fromHex,
  kidOf,
  parseCoseKey,
  parseRelease,
  parseTac,
  partChallenge,
  readBinding,
  stolenUnder,
  toHex,
  type State,
} from '../../src/core/index.ts'
import { readOrigin } from '../../src/wire/index.ts'
import { makeRoot, verify } from '../law.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** A document of a part, what it is judged by, and what it then says. Keys are COSE_Keys. */
interface Vector {
  readonly challenge?: { readonly nonce: string; readonly device: string; readonly signature: string }
  readonly binding?: string
  readonly release?: string
  readonly origin?: string
  readonly list?: string
  readonly part?: string
  readonly phone?: string
  readonly owner?: string
  readonly state?: State
  readonly maker?: string
  readonly tacs?: readonly string[]
  /** Binding: its hash. Origin: the phone it was built into, or null. List: the authority, or null. */
  readonly says?: string | null
}

const keyOf = (hex = '') => parseCoseKey(decodeCbor(fromHex(hex)))

it.each(ownVectors<Vector>('parts'))('parts/$name', ({ code, vector }) => {
  let says: string | null | undefined
  expect(codeOf(() => (says = judge(vector)))).toBe(code ?? 'accepted')
  if (code === null) expect(says).toBe(vector.says)
})

function judge(vector: Vector): string | null | undefined {
  const { challenge, binding, release, origin, list, part, phone } = vector
  if (challenge) {
    const { nonce, device, signature } = challenge
    const answer = { key: keyOf(part), signature: fromHex(signature) }
    const asked = partChallenge(fromHex(nonce), fromHex(device))
    return toHex(checkPartAnswer(answer, asked, verify))
  }
  if (binding) {
    const keys = { host: keyOf(phone), part: keyOf(part) }
    return toHex(readBinding(fromHex(binding), keys, verify).hash)
  }
  if (release) return judgeRelease(release, vector)
  if (origin) return judgeOrigin(origin, vector)
  return stolenUnder(decodePartList(fromHex(list!)), fromHex(part!))
}

function judgeRelease(release: string, { phone, owner, state = 'protected' }: Vector): string {
  const checked = checkRelease(parseRelease(fromHex(release)), {
    phone: { dak: keyOf(phone), owner: keyOf(owner), state },
    authorities: new Authorities(makeRoot().root, verify),
    t: 0,
    index: 0,
    verify,
  })
  return checked.basis
}

function judgeOrigin(origin: string, { part, maker, tacs }: Vector): string | null {
  const known = { key: keyOf(maker), tacs: tacs!.map(parseTac) }
  const makers = (kid: Uint8Array) => (equal(kid, kidOf(known.key)) ? known : null)
  const { tenure } = readOrigin(fromHex(origin), keyOf(part), makers, verify)
  return tenure && toHex(tenure.host)
}
