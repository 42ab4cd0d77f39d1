import type { State } from './acts.ts'
import { equal } from './bytes.ts'
import type { Eat } from './eat.ts'
import type { Imei14 } from './imei.ts'
import { isBlack, type ListedState } from './listing.ts'
import { demand } from './refusal.ts'

/** The boot of a phone that was seen last, by whoever keeps that. */
export interface SeenBoot {
  readonly count: number
  readonly seed: Uint8Array
  /** When what the phone said of it arrived, ms. */
  readonly at: number
}

/** What a signer of status tokens has found out by itself about the phone that asks. */
export interface Appraised {
  /** What the orders about its key come to. */
  readonly state: State
  /** What any order says of each number it wears: a number can be locked before its phone is enrolled. */
  readonly numbers: readonly (ListedState | undefined)[]
  /** Null where none was seen. Left out, with the next two, by a signer that keeps no book of phones. */
  readonly lastBoot?: SeenBoot | null
  /** When the nonce was drawn, ms of the same clock as `lastBoot`: the phone has signed later. */
  readonly askedAt?: number
  /** The numbers it was enrolled with. */
  readonly enrolled?: readonly Imei14[]
}

/** What of an attestation is looked at. */
export type Appraisable = Pick<Eat, 'bootVerified' | 'bootCount' | 'bootSeed' | 'imeis'>

/**
 * Whether a phone may be set up after a reset, the first failure wins.
 * @throws {Refusal} activation-refused, token-nonce, identity-conflict, imei-mismatch, boot-state-unverified
 */
export function appraise(eat: Appraisable, found: Appraised): void {
  const { state, numbers, lastBoot, askedAt, enrolled } = found
  const isFree = state === 'protected' && !numbers.some((number) => isBlack(number))
  demand(isFree, 'activation-refused', 'this phone is not free')
  if (lastBoot) demandOneStore(eat, lastBoot, askedAt ?? lastBoot.at)
  const isWorn = enrolled === undefined || sameNumbers(eat, enrolled)
  demand(isWorn, 'imei-mismatch', 'the phone wears other numbers than it was enrolled with')
  const why = 'the phone does not run what its maker authorised'
  demand(eat.bootVerified, 'boot-state-unverified', why)
}

/**
 * One store counts its boots up, whatever is reset, repeated or broken off. A count that has been seen
 * with another seed, or passed, belongs to a copy. A boot that was on its way when the next was seen is
 * no copy: it is late. Whoever boots often enough overtakes the store it was copied from; then that one
 * is found. @throws {Refusal} identity-conflict, token-nonce
 */
function demandOneStore(
  { bootCount, bootSeed }: Appraisable,
  last: SeenBoot,
  askedAt: number,
): void {
  if (isOneStore({ bootCount, bootSeed }, last)) return
  const isLate = bootCount < last.count && askedAt < last.at
  demand(!isLate, 'token-nonce', 'asked for before a later boot of this phone')
  demand(false, 'identity-conflict', 'two secure stores hold the key of this phone')
}

/** The boot seen last, or a later one. */
export function isOneStore(
  { bootCount, bootSeed }: Pick<Eat, 'bootCount' | 'bootSeed'>,
  last: SeenBoot,
): boolean {
  const isSame = bootCount === last.count && equal(bootSeed, last.seed)
  return isSame || bootCount > last.count
}

/** Slot by slot. */
export function sameNumbers({ imeis }: Pick<Eat, 'imeis'>, others: readonly Imei14[]): boolean {
  return imeis.length === others.length && imeis.every((imei, i) => imei === others[i])
}
