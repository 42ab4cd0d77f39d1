import { equal } from '../bytes.ts'
import { Fields, asArray, asBytes, decodeCbor, type CborValue } from '../cbor.ts'
import type { Role, State } from '../acts.ts'
import type { Authorities } from '../chain.ts'
import type { ContentType, CoseSign } from '../cose.ts'
import type { PublicKey, VerifyEs256 } from '../crypto.ts'
import { parseDocument } from '../entry.ts'
import { Refusal, demand } from '../refusal.ts'
import { holder, verifyAt } from '../verify-at.ts'

/**
 * How a phone gives parts away. `donor`: it signs itself. `deadBoard`: it no longer can, and a
 * certified repairer or recycler signs for it; a recycler's harvest is one of these. `retired`: it is
 * out of use for good.
 */
export const RELEASE_BASIS = { donor: 1, deadBoard: 2, retired: 3 } as const
export type ReleaseBasis = keyof typeof RELEASE_BASIS

/** Who signs, in slot order. The owner always does. */
export const RELEASE_SLOTS = {
  donor: ['phone', 'owner'],
  deadBoard: ['owner', 'trade'],
  retired: ['owner'],
} as const satisfies Readonly<Record<ReleaseBasis, readonly ('phone' | 'owner' | 'trade')[]>>

const TRADE: readonly Role[] = ['repairer', 'recycler']
const MAX_PARTS = 16

/** A part as it is given away: out of this binding and no other, so that a release is good once. */
export interface ReleasedPart {
  readonly part: Uint8Array
  readonly binding: Uint8Array
}

export interface DonorRelease {
  /** Thumbprint of the phone the parts came out of. */
  readonly donor: Uint8Array
  readonly basis: ReleaseBasis
  readonly parts: readonly ReleasedPart[]
}

export const RELEASE_TYPE = 'application/stolen-donor+cbor' satisfies ContentType

/** The deterministic payload to sign. */
export function releasePayload({ donor, basis, parts }: DonorRelease): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, donor],
    [3, RELEASE_BASIS[basis]],
    [4, parts.map(({ part, binding }) => [part, binding])],
  ])
}

/** Reads without verifying. @throws {Refusal} malformed, not-canonical, alg, too-large */
export function parseRelease(bytes: Uint8Array): {
  readonly release: DonorRelease
  readonly cose: CoseSign
} {
  const cose = parseDocument(bytes, RELEASE_TYPE)
  const fields = new Fields(decodeCbor(cose.payload, 4096))
  demand(fields.uint(1) === 1, 'malformed', 'expected release version 1')
  const number = fields.uint(3)
  const basis = (Object.keys(RELEASE_BASIS) as ReleaseBasis[]).find(
    (name) => RELEASE_BASIS[name] === number,
  )
  demand(basis !== undefined, 'malformed', 'no such basis of a release')
  const release = {
    donor: fields.bytes(2, 32),
    basis,
    parts: fields.array(4).map((row) => {
      const [part, binding] = asArray(row, 2)
      return { part: asBytes(part, 32), binding: asBytes(binding, 32) }
    }),
  }
  fields.done()
  const { length } = release.parts
  demand(length >= 1 && length <= MAX_PARTS, 'malformed', `expected 1 to ${MAX_PARTS} parts`)
  return { release, cose }
}

/** The phone the parts came out of, as the register of phones knows it. */
export interface ReleasingPhone {
  readonly dak: PublicKey
  readonly owner: PublicKey | null
  readonly state: State
}

/** What a release is judged by. */
export interface ReleaseContext {
  readonly phone: ReleasingPhone
  readonly authorities: Authorities
  /** Log time in ms and log index at which it is used. */
  readonly t: number
  readonly index: number
  readonly verify: VerifyEs256
}

/**
 * That everybody signed who has to. Whether it names the part at hand, `judgePart` asks.
 * @throws {Refusal} wrong-state, signer-set, owner-key, signature, assertion, chain, cert-time, distrusted
 */
export function checkRelease(
  { release, cose }: { readonly release: DonorRelease; readonly cose: CoseSign },
  context: ReleaseContext,
): DonorRelease {
  const { phone, verify, authorities } = context
  const isRetired = release.basis !== 'retired' || phone.state === 'retired'
  demand(isRetired, 'wrong-state', 'the phone is not retired')
  const slots = RELEASE_SLOTS[release.basis]
  demand(cose.slots.length === slots.length, 'signer-set', `needs ${slots.length} signatures`)
  for (const [i, signer] of slots.entries()) {
    if (signer === 'owner') checkOwner(cose, i, context)
    else if (signer === 'phone')
      verifyAt({ body: cose }, i, { key: phone.dak, role: signer }, { authorities, verify })
    else checkTrade(cose, i, context)
  }
  return release
}

function checkOwner(cose: CoseSign, i: number, context: ReleaseContext): void {
  const { owner } = context.phone
  demand(owner !== null, 'owner-key', 'the phone has no owner who could give a part away')
  try {
    verifyAt({ body: cose }, i, { key: owner, role: 'owner' }, context)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('owner-key', 'the owner of the phone did not sign the release')
  }
}

function checkTrade(cose: CoseSign, i: number, context: ReleaseContext): void {
  const { authorities, t, index } = context
  const link = authorities.signer(cose.slots[i]!.kid, t, index)
  demand(TRADE.includes(link.cert.role), 'signer-set', `${link.cert.role} does not sign here`)
  verifyAt({ body: cose }, i, holder(link), context)
}

/** Whether it gives this part away, out of this binding. */
export function releases(
  { donor, parts }: DonorRelease,
  tenure: { readonly host: Uint8Array; readonly binding: Uint8Array },
  part: Uint8Array,
): boolean {
  const isIt = (one: ReleasedPart) => equal(one.part, part) && equal(one.binding, tenure.binding)
  return equal(donor, tenure.host) && parts.some(isIt)
}
