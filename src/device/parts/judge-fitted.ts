import {
  equal,
  judgeByList,
  judgePart,
  partRefused,
  type BoundPart,
  type PartList,
  type PublicKey,
  type Refusal,
} from '../../core/index.ts'
import { readOrigin, type Verifiers } from '../../wire/index.ts'
import { makerOf, makersIn } from './carried-list.ts'

/** A part in its place that has answered the challenge. */
export interface AnsweredPart extends Pick<BoundPart, 'type' | 'part'> {
  readonly key: PublicKey
  /** Its maker's word for it; empty where it has lost it. */
  readonly origin: Uint8Array
}

/** What a phone knows when it meets a part. */
export interface KnownOfParts {
  /** Thumbprint of its own key. */
  readonly host: Uint8Array
  readonly bound: readonly BoundPart[]
  /** What its registry said of this part since the phone was switched on. */
  readonly said: Refusal | null
  /** The list it carries; of many megabytes, so it is read for parts that are not the phone's only. */
  readonly carried: () => Promise<PartList | null>
  readonly verify: Verifiers['es256']
}

/**
 * Whether a part that answers may be in this phone (docs/spec/parts.md §1, §6). A bound one may by its
 * answer alone: no network, no list and nobody's word can take an honest part from its owner.
 * @throws {Refusal} part-unknown, part-batch-revoked, part-duplicate, donor-release-used, part-refused
 */
export async function judgeFitted(fitted: AnsweredPart, known: KnownOfParts): Promise<BoundPart> {
  const { type, part } = fitted
  const isIt = (bound: BoundPart) => bound.type === type && equal(bound.part, part)
  const bound = known.bound.find(isIt)
  if (bound) return bound
  if (known.said) throw known.said
  const list = await known.carried()
  if (list) judgeBy(list, fitted, known)
  throw partRefused('not-paired', 'the part is not bound to this phone')
}

/** The registry's rule, with what this phone carries. */
function judgeBy(list: PartList, fitted: AnsweredPart, { host, verify }: KnownOfParts): void {
  const { part, key, origin } = fitted
  const nothing = { release: null, isReleaseUsed: false, isMadeTwice: false, isDuplicate: false }
  const asked = { part, host, ...nothing }
  judgeByList(list, part)
  const { tenure, maker } = readOrigin(origin, key, makersIn(list), verify)
  const isBatchVoid = makerOf(list, maker)?.isVoid ?? true
  judgePart({ ...asked, isBatchVoid, tenure, donor: null })
}
