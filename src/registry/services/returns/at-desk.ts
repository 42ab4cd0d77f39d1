import { demand, lapse, parseOrder, type State } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'
import type { Subject } from '../../model/subjects.ts'
import { lookAtCase, type Case } from '../cases.ts'
import { takenCase, takingOf } from '../desk/takings.ts'
import { addressFor, ourReturn, returnOf, type Return } from './found-return.ts'
import { keysRecorded, type KeyRecorded } from './keys-recorded.ts'
import { IS_NO_CORRECTION } from './no-correction.ts'
import { drawReturnCode } from './return-code.ts'

/** The return of a case's phone, as police see it. Times in ms. */
export interface ReturnAtDesk {
  readonly case: Case
  readonly subject: Subject
  readonly until: number
  readonly state: State
  readonly found: Return | null
  /** Where to post it; null where it is not posted, or not by this force. */
  readonly address: string | null
  /** A `found` that an officer signed and the force's key has not. */
  readonly isFoundSigned: boolean
  /** A release that waits, and whose half is there. */
  readonly release: {
    readonly until: number
    readonly isVouched: boolean
    readonly hasForce: boolean
    readonly hasOwner: boolean
  } | null
  readonly keys: readonly KeyRecorded[]
  readonly threats: readonly {
    readonly at: number
    readonly act: string
    readonly isSeen: boolean
  }[]
  readonly request: { readonly at: number; readonly text: string } | null
}

/** A look that is recorded. @throws {Refusal} case-needed, case-taken, not-found */
export async function returnAtDesk(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<ReturnAtDesk> {
  const { db, sequencer } = context
  await takenCase(context, caller, caseId)
  const { case: found, subject } = await lookAtCase(context, caller, caseId)
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const folded = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const { state, outstanding } = lapse(folded.device, Math.floor(sequencer.now() / 1000))
  const isWithUs = state === 'recovered'
  const address = isWithUs ? await addressFor(context, subject.id, caller.iss) : null
  const threats = await db
    .selectFrom('threats')
    .select(['at_ms', 'act', 'seen_by'])
    .where('subject_id', '=', subject.id)
    .where('force', '=', caller.iss)
    .orderBy('at_ms')
    .execute()
  const request =
    outstanding === null
      ? undefined
      : await db
          .selectFrom('release_requests')
          .select(['at_ms', 'text'])
          .where('of_index', '=', BigInt(outstanding.index))
          .executeTakeFirst()
  return {
    case: found,
    subject,
    until: (await takingOf(context, caseId))?.until ?? 0,
    state,
    found: isWithUs || state === 'protected' ? await returnOf(context, subject.id) : null,
    address,
    ...(await waitingIn(context, caseId)),
    keys: await keysRecorded(
      context,
      logged.map(({ index }) => index),
    ),
    threats: threats.map(({ at_ms, act, seen_by }) => ({
      at: Number(at_ms),
      act,
      isSeen: seen_by !== null,
    })),
    request: request === undefined ? null : { at: Number(request.at_ms), text: request.text },
  }
}

async function waitingIn({ db }: Context, caseId: string) {
  const rows = await db
    .selectFrom('drafts')
    .leftJoin('release_vouchers', 'release_vouchers.draft_id', 'drafts.id')
    .select(['drafts.act', 'drafts.payload', 'drafts.signatures', 'release_vouchers.officer'])
    .where('case_id', '=', caseId)
    .where('act', 'in', ['found', 'release'])
    .where('state', '=', 'collecting')
    .where(IS_NO_CORRECTION)
    .orderBy('drafts.at_ms')
    .execute()
  const signed = (row: { readonly signatures: unknown }, slot: number) =>
    Object.hasOwn(row.signatures as object, String(slot))
  const found = rows.findLast(({ act }) => act === 'found')
  const release = rows.findLast(({ act }) => act === 'release')
  return {
    isFoundSigned: found !== undefined && signed(found, 1),
    release:
      release === undefined
        ? null
        : {
            until: parseOrder(new Uint8Array(release.payload)).exp * 1000,
            isVouched: release.officer !== null,
            hasForce: signed(release, 0),
            hasOwner: signed(release, 1),
          },
  }
}

/** The code for a label. @throws {Refusal} case-needed, case-taken, wrong-state, forbidden: another force has it */
export async function printLabel(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<{ readonly code: string }> {
  const { subjectId } = await takenCase(context, caller, caseId)
  await ourReturn(context, caller, subjectId)
  const code = await drawReturnCode(context, subjectId)
  await audit(context, caller, 'return.label', { caseId, subjectId })
  return { code }
}

/** Given to its owner, or to the post: the address is not needed any more. @throws {Refusal} as above */
export async function handOver(context: Context, caller: Caller, caseId: string): Promise<void> {
  const { db, surroundings } = context
  const { subjectId } = await takenCase(context, caller, caseId)
  const found = await returnOf(context, subjectId)
  demand(found !== null && found.printedAt !== null, 'wrong-state', 'no label was printed')
  demand(found.force === caller.iss, 'forbidden', 'another force has this phone')
  // Over a counter only what its owner has signed for.
  const mayGo = found.way === 'post' || found.releasedAt !== null
  demand(mayGo, 'wrong-state', 'its owner has not confirmed yet')
  await db
    .updateTable('returns')
    .set({ handed_ms: surroundings.clock(), address: null })
    .where('found_index', '=', BigInt(found.foundIndex))
    .where('handed_ms', 'is', null)
    .execute()
  await audit(context, caller, 'return.hand-over', { caseId, subjectId })
}

/** An officer sees to a threatened owner: he stands first among the returns no longer. @throws {Refusal} case-needed, case-taken */
export async function seeToThreats(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<void> {
  const { subjectId } = await takenCase(context, caller, caseId)
  await context.db
    .updateTable('threats')
    .set({ seen_by: caller.sub })
    .where('subject_id', '=', subjectId)
    .where('force', '=', caller.iss)
    .where('seen_by', 'is', null)
    .execute()
  await audit(context, caller, 'threat.see-to', { caseId, subjectId })
}
