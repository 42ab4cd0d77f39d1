import { demand, parseOrder, type Order, type Slot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { slotsKept } from '../../model/gathered-slots.ts'
import { recordedKeys } from '../../model/recorded-keys.ts'
import { subjectById } from '../../model/subjects.ts'
import { caseById, lookAtCase, type Case } from '../cases.ts'
import { draftOrder } from '../drafts.ts'
import type { Officer } from '../people/officers.ts'
import { networksTold, type NetworksTold } from '../registers.ts'
import { phoneNow, type PhoneNow } from './phone-now.ts'
import { leaveCase, takenCase } from './takings.ts'

/** What was wrong with a lock. Lists are closed: no free text comes near an order. */
export const CORRECTIONS = ['wrong-phone', 'no-theft', 'not-owners', 'against-rules'] as const
export type CorrectionReason = (typeof CORRECTIONS)[number]

const [FORCE, OWNER] = [0, 1]

/** A release in error that gathers signatures, or stands in the log. */
export interface CorrectionDraft {
  readonly id: string
  readonly payload: Uint8Array
  readonly order: Order
  /** Of its two officers, which stand beside the order and not in it: by 1 and 2. */
  readonly officers: ReadonlyMap<number, Slot>
  readonly proposer: string | null
  readonly approver: string | null
  readonly hasForce: boolean
  readonly hasOwner: boolean
  readonly leaf: number | null
}

/** The newest correction of a case; null: none was proposed, or it can be logged no more. */
export async function correctionDraftOf(
  context: Context,
  caseId: string,
): Promise<CorrectionDraft | null> {
  const row = await context.db
    .selectFrom('corrections')
    .innerJoin('drafts', 'drafts.id', 'corrections.draft_id')
    .select(['drafts.id', 'drafts.payload', 'drafts.log_index'])
    .select(['drafts.signatures as kept', 'corrections.signatures as officers'])
    .where('corrections.case_id', '=', caseId)
    .where('drafts.state', 'in', ['collecting', 'logged'])
    .orderBy('corrections.at_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  const officers = slotsKept(row.officers)
  const nameOf = (position: number) => {
    const slot = officers.get(position)
    const links = slot === undefined ? [] : context.sequencer.ledger.authorities.ofKey(slot.kid)
    return links.at(-1)?.cert.sub ?? null
  }
  const kept = slotsKept(row.kept)
  const payload = new Uint8Array(row.payload)
  const leaf = row.log_index === null ? null : Number(row.log_index)
  return {
    id: row.id,
    payload,
    order: parseOrder(payload),
    officers,
    proposer: nameOf(1),
    approver: nameOf(2),
    hasForce: leaf !== null || kept.has(FORCE),
    hasOwner: leaf !== null || kept.has(OWNER),
    leaf,
  }
}

/** What is known of a correction, and what its officers said was wrong. */
export interface Correction {
  readonly case: Case
  readonly device: PhoneNow
  readonly draft: CorrectionDraft | null
  /** Whether the lock has an owner's key behind it, without which nothing is released. */
  readonly hasOwnerKey: boolean
  /** Null until this officer has said his own. */
  readonly ownReason: CorrectionReason | null
  /** Of the officer who proposed; null until this one has said his own. */
  readonly firstReason: CorrectionReason | null
  /** By the log's clock, ms. */
  readonly now: number
  readonly isWitnessed: boolean
  readonly networks: NetworksTold
}

/** For any officer of the force: a look that is recorded. @throws {Refusal} not-found */
export async function correctionOf(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Correction> {
  await lookAtCase(context, officer, caseId)
  return correctionAgain(context, officer, caseId)
}

/** The same for whoever goes on looking at the page where it stands: one look, recorded once. @throws {Refusal} not-found */
export async function correctionAgain(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Correction> {
  const found = await caseById(context, officer, caseId)
  const subject = await subjectById(context.db, found.subjectId)
  const { device, inForce, logged } = await phoneNow(context, subject.id)
  const recorded = await recordedKeys(context, logged)
  const lock = logged.find(({ index }) => index === inForce?.index)
  const draft = await correctionDraftOf(context, caseId)
  const said = draft === null ? [] : await reasonsOf(context, draft.id)
  const ownReason = said.find((one) => one.officer === officer.sub)?.reason ?? null
  const first = said.find((one) => one.officer === draft?.proposer)?.reason ?? null
  const { plain } = context.sequencer.published
  const leaf = draft?.leaf ?? null
  return {
    case: found,
    device,
    draft,
    hasOwnerKey:
      recorded.some(({ of }) => of === inForce?.index) ||
      (subject.owner !== null && lock !== undefined && lock.ownerSalt !== null),
    ownReason,
    firstReason: ownReason === null ? null : first,
    now: context.sequencer.now(),
    isWitnessed: leaf !== null && (plain?.checkpoint.size ?? 0) > leaf,
    networks: await networksTold(context, leaf),
  }
}

export async function reasonsOf({ db }: Context, draftId: string) {
  const rows = await db
    .selectFrom('correction_views')
    .select(['officer', 'reason'])
    .where('draft_id', '=', draftId)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ officer, reason }) => ({ officer, reason: reason as CorrectionReason }))
}

/**
 * Drafts the release of a lock that should not have been, in the place of one that nobody signed.
 * @throws {Refusal} case-taken, case-needed, wrong-state, owner-key: nobody holds a key behind the lock
 */
export async function proposeCorrection(
  context: Context,
  officer: Officer,
  { caseId, reason }: { readonly caseId: string; readonly reason: CorrectionReason },
): Promise<void> {
  await takenCase(context, officer, caseId)
  const before = await correctionDraftOf(context, caseId)
  const isFree = before === null || (before.leaf === null && before.officers.size === 0)
  demand(isFree, 'wrong-state', 'a correction has been proposed')
  if (before !== null)
    await context.db
      .updateTable('drafts')
      .set({ state: 'void' })
      .where('id', '=', before.id)
      .where('state', '=', 'collecting')
      .execute()
  const { id } = await draftOrder(context, officer, caseId, { act: 'release', to: 'issuedInError' })
  const at_ms = context.surroundings.clock()
  await context.db
    .insertInto('corrections')
    .values({ draft_id: id, case_id: caseId, signatures: '{}', at_ms })
    .execute()
  await keepReason(context, officer, { draftId: id, reason })
}

/** The second officer's own view, said once, before he learns of the first one's. @throws {Refusal} case-taken, case-needed, not-found */
export async function recordReason(
  context: Context,
  officer: Officer,
  { caseId, reason }: { readonly caseId: string; readonly reason: CorrectionReason },
): Promise<void> {
  const { subjectId } = await takenCase(context, officer, caseId)
  const draft = await correctionDraftOf(context, caseId)
  demand(draft !== null, 'not-found', 'nobody has proposed a correction')
  await keepReason(context, officer, { draftId: draft.id, reason })
  await audit(context, officer, 'correction.judge', { caseId, subjectId })
}

async function keepReason(
  { db, surroundings }: Context,
  { sub }: Officer,
  said: { readonly draftId: string; readonly reason: CorrectionReason },
): Promise<void> {
  const { draftId: draft_id, reason } = said
  await db
    .insertInto('correction_views')
    .values({ draft_id, officer: sub, reason, at_ms: surroundings.clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Withdraws what was proposed, until the force has signed, and once it is too late for the owner to. @throws {Refusal} case-taken, case-needed, not-found, wrong-state */
export async function dropCorrection(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<void> {
  const { subjectId } = await takenCase(context, officer, caseId)
  const draft = await correctionDraftOf(context, caseId)
  demand(draft !== null, 'not-found', 'nobody has proposed a correction')
  const isOver = draft.order.exp * 1000 < context.sequencer.now()
  const isOpen = draft.leaf === null && (!draft.hasForce || isOver)
  demand(isOpen, 'wrong-state', 'the force has signed it')
  await context.db
    .updateTable('drafts')
    .set({ state: 'void' })
    .where('id', '=', draft.id)
    .where('state', '=', 'collecting')
    .execute()
  await audit(context, officer, 'correction.drop', { caseId, subjectId })
  await leaveCase(context, officer, caseId)
}
