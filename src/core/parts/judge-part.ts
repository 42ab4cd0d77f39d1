import type { State } from '../acts.ts'
import { equal } from '../bytes.ts'
import { Refusal, demand } from '../refusal.ts'
import { releases, type DonorRelease } from './donor-release.ts'
import { stolenUnder, type PartList } from './part-list.ts'

/** Why a part is refused with `part-refused`: the fact `why`. */
export const WHY_PART_REFUSED = [
  'not-released',
  'donor-held',
  'donor-stolen',
  'not-paired',
] as const
export type WhyPartRefused = (typeof WHY_PART_REFUSED)[number]

/** Who has a part by the last that bound it. */
export interface Tenure {
  /** Thumbprint of the phone. */
  readonly host: Uint8Array
  /** Hash of the binding, or of the maker's record. */
  readonly binding: Uint8Array
}

/** What orders say of the phone that has the part. */
export interface DonorStanding {
  readonly state: State
  /** Whose order is in force, and where it stands; null where none is, or nobody here knows. */
  readonly authority: string | null
  readonly index: number | null
  /** When a hold lapses, Unix seconds. */
  readonly until: number | null
}

/** A part that a phone wants, and all that is known of it to whoever judges. */
export interface PartCase {
  readonly part: Uint8Array
  /** Thumbprint of the phone that wants it. */
  readonly host: Uint8Array
  /** The key that vouched for it is void at the place where the part first appeared. */
  readonly isBatchVoid: boolean
  /** Null: it was in no phone yet. */
  readonly tenure: Tenure | null
  /** What is known here of the phone that has it, whichever that is; null: nothing. */
  readonly donor: DonorStanding | null
  /** Verified; null where none was shown. */
  readonly release: DonorRelease | null
  /** The release shown gave the part away before. */
  readonly isReleaseUsed: boolean
  /** Its maker gave one key to two phones: nobody can say whose it is to give away. */
  readonly isMadeTwice: boolean
  /** The part answered in the phone that has it and here, within less time than a swap takes. */
  readonly isDuplicate: boolean
}

/**
 * Whether a phone may have this part: the one rule, for the registry that pairs and for the phone
 * that knows only what it carries. Theft comes first, so that it is told to whom it concerns; and the
 * missing release counts, not the time at which the part was taken out.
 * @throws {Refusal} part-batch-revoked, part-refused with the fact `why`, donor-release-used, part-duplicate
 */
export function judgePart(asked: PartCase): void {
  const { part, host, tenure, donor, release } = asked
  const isOwn = tenure !== null && equal(tenure.host, host)
  if (!isOwn && donor) checkDonor(donor)
  demand(!asked.isBatchVoid, 'part-batch-revoked', 'the key that vouched for the part is void')
  if (isOwn || tenure === null) return
  demand(!asked.isMadeTwice, 'part-duplicate', 'two phones were made with this part')
  if (donor && release && releases(release, tenure, part)) return
  demand(!asked.isReleaseUsed, 'donor-release-used', 'the release has given the part away before')
  demand(!asked.isDuplicate, 'part-duplicate', 'the part also answers in another phone')
  throw partRefused('not-released', 'the phone that has the part has not released it')
}

/**
 * What a list of stolen parts, this log's or another's, says of a part that is not the phone's own: the
 * same rule, as far as a list goes. @throws {Refusal} part-refused, `why: donor-stolen`
 */
export function judgeByList(list: Pick<PartList, 'stolen'>, part: Uint8Array): void {
  const authority = stolenUnder(list, part)
  if (authority !== null) checkDonor({ state: 'stolen', authority, index: null, until: null })
}

function checkDonor({ state, authority, index, until }: DonorStanding): void {
  if (state === 'held')
    throw partRefused('donor-held', 'the phone that has the part is held', {
      ...(until !== null && { until }),
    })
  if (state === 'stolen' || state === 'recovered')
    throw partRefused('donor-stolen', 'the part belongs to a stolen phone', {
      ...(authority !== null && { authority }),
      ...(index !== null && { index }),
    })
}

/** A refusal that says why, and whom to ask. */
export function partRefused(
  why: WhyPartRefused,
  message: string,
  facts: Readonly<Record<string, string | number>> = {},
): Refusal {
  return new Refusal('part-refused', message, { why, ...facts })
}

/**
 * A binding goes on from the last one: so one release makes one binding, whoever comes first.
 * @throws {Refusal} fields
 */
export function checkContinues(previous: Uint8Array | null, tenure: Tenure | null): void {
  const before = tenure?.binding ?? null
  const isNext =
    before === null || previous === null ? before === previous : equal(before, previous)
  demand(isNext, 'fields', 'the binding does not follow the last one of this part')
}
