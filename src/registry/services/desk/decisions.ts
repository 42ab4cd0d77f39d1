import { RULES, WHY_STOLEN, demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { subjectById } from '../../model/subjects.ts'
import type { Case } from '../cases.ts'
import { draftOrder } from '../drafts.ts'
import { isInConflict } from './conflicts.ts'
import { isOver, lockDraftOf } from './lock-draft.ts'
import { phoneNow } from './phone-now.ts'
import { leaveCase, takenCase } from './takings.ts'

/** What an officer saw in the evidence. Lists are closed: no free text comes near an order. */
export const VIEWS = ['receipt', 'spoke', 'fits', 'doubt'] as const
export type View = (typeof VIEWS)[number]

/** Why a case is refused: its owner reads the sentence that stands for it. */
export const REFUSALS = ['no-crime', 'not-owners', 'sold', 'no-answer', 'twice'] as const
export type CaseRefusal = (typeof REFUSALS)[number]

export type StolenWhy = keyof typeof WHY_STOLEN

/** An officer's own view, said once: what he learns afterwards does not change it. @throws {Refusal} case-taken, case-needed */
export async function recordView(
  context: Context,
  caller: Caller,
  { caseId, view }: { readonly caseId: string; readonly view: View },
): Promise<void> {
  const { id, subjectId } = await takenCase(context, caller, caseId)
  await context.db
    .insertInto('case_views')
    .values({ case_id: id, officer: caller.sub, view, at_ms: context.surroundings.clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await audit(context, caller, 'case.judge', { caseId, subjectId })
}

/** The views said of a case, in order. */
export async function viewsOf({ db }: Context, caseId: string) {
  const rows = await db
    .selectFrom('case_views')
    .select(['officer', 'view'])
    .where('case_id', '=', caseId)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ officer, view }) => ({ officer, view: view as View }))
}

/**
 * Drafts the lock of a taken case in the place of one that nobody signed, or that can be logged no more. @returns the draft's id
 * @throws {Refusal} case-taken, case-needed, case-closed, wrong-state, holder-not-heard, identity-conflict
 */
export async function proposeLock(
  context: Context,
  caller: Caller,
  said: { readonly caseId: string; readonly why: StolenWhy; readonly view: View },
): Promise<string> {
  const { caseId, why, view } = said
  const found = await takenCase(context, caller, caseId)
  await demandOneToLock(context, found)
  const states = (await isToProposeAnew(context, found)) ? PROPOSED : ['open' as const]
  const isDecided = 'the case has been proposed or decided'
  demand(
    states.some((state) => state === found.state),
    'wrong-state',
    isDecided,
  )
  await recordView(context, caller, { caseId, view })
  await inTransaction(context.db, async (trx) => {
    const changed = await trx
      .updateTable('cases')
      .set({ why: WHY_STOLEN[why], state: 'open' })
      .where('id', '=', caseId)
      .where('state', 'in', states)
      .executeTakeFirst()
    demand(changed.numUpdatedRows === 1n, 'wrong-state', isDecided)
    await trx
      .updateTable('drafts')
      .set({ state: 'void' })
      .where('case_id', '=', caseId)
      .where('act', '=', 'lock')
      .where('state', '=', 'collecting')
      .execute()
  })
  return (await draftOrder(context, caller, caseId, { act: 'lock' })).id
}

const PROPOSED = ['open', 'proposed'] as const

/** What was signed continues a hold that is over. */
async function isToProposeAnew(context: Context, { id, subjectId }: Case): Promise<boolean> {
  const draft = await lockDraftOf(context, id)
  return draft !== null && isOver(draft, (await phoneNow(context, subjectId)).inForce)
}

/**
 * A number that several phones wear is no one phone: without the key of one of them nothing says which.
 * @throws {Refusal} identity-conflict
 */
async function demandOneToLock(context: Context, { subjectId }: Case): Promise<void> {
  const { ids } = await subjectById(context.db, subjectId)
  const isOne = ids.dak !== null || !(await isInConflict(context, ids.imeis))
  demand(isOne, 'identity-conflict', 'several phones wear this number, and none has a key here')
}

/** Refuses a taken case; what was drafted in it is void. @throws {Refusal} case-taken, case-needed, wrong-state */
export async function refuseCase(
  context: Context,
  caller: Caller,
  { caseId, reason }: { readonly caseId: string; readonly reason: CaseRefusal },
): Promise<void> {
  const { subjectId, reportId } = await takenCase(context, caller, caseId)
  const at_ms = context.surroundings.clock()
  await inTransaction(context.db, async (trx) => {
    const closed = await trx
      .updateTable('cases')
      .set({ state: 'refused' })
      .where('id', '=', caseId)
      .where('state', 'in', ['open', 'proposed'])
      .executeTakeFirst()
    demand(closed.numUpdatedRows === 1n, 'wrong-state', 'the case has been decided')
    if (reportId !== null)
      await trx
        .updateTable('reports')
        .set({ decided_ms: at_ms })
        .where('id', '=', reportId)
        .execute()
    await trx
      .updateTable('drafts')
      .set({ state: 'void' })
      .where('case_id', '=', caseId)
      .where('state', '=', 'collecting')
      .execute()
    await trx
      .insertInto('case_refusals')
      .values({ case_id: caseId, officer: caller.sub, reason, at_ms })
      .execute()
  })
  await audit(context, caller, 'case.refuse', { caseId, subjectId })
  await leaveCase(context, caller, caseId)
}

/** How many signatures a lock has when it is complete. */
export const LOCK_SLOTS = RULES.lock.slots.length
