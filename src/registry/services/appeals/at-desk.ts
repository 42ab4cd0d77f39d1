import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { AppealState } from '../../db/appeal-tables.ts'
import { audit } from '../../model/audit.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { subjectById } from '../../model/subjects.ts'
import { newestReport } from '../owners/owners-phone.ts'

const MOST = 100
/** A decision is a sentence of a human at least. */
export const REASON = { least: 20, most: 1_000 } as const

/** An appeal in the list of its force. Times in ms. */
export interface AppealWaiting {
  readonly id: string
  readonly reference: string
  readonly round: number
  readonly deadline: number
}

/** What waits for this force, the next deadline first. @throws {Refusal} forbidden */
export async function appealsWaiting(
  { db }: Context,
  caller: Caller,
): Promise<readonly AppealWaiting[]> {
  demandRole(caller, 'officer')
  const rows = await db
    .selectFrom('appeals')
    .select(['id', 'reference', 'round', 'deadline_ms'])
    .where('force', '=', caller.iss)
    .where('state', '=', 'waiting')
    .orderBy('deadline_ms')
    .limit(MOST)
    .execute()
  return rows.map(({ id, reference, round, deadline_ms }) => ({
    id,
    reference,
    round: Number(round),
    deadline: Number(deadline_ms),
  }))
}

/** One appeal as an officer reads it. */
export interface AppealAtDesk extends AppealWaiting {
  readonly at: number
  readonly model: string | null
  readonly statement: string
  readonly reach: string
  readonly state: AppealState
  readonly reason: string | null
  readonly isHeard: boolean
  /** The owner's report, once the holder's side is heard; null before, or where there is none. */
  readonly report: string | null
}

/** A look that is recorded. @throws {Refusal} forbidden, not-found: none of this force */
export async function appealAtDesk(
  context: Context,
  caller: Caller,
  id: string,
): Promise<AppealAtDesk> {
  const row = await rowOf(context, caller, id)
  await audit(context, caller, 'appeal.view', { subjectId: row.subject_id })
  const isHeard = row.heard_ms !== null
  const report = isHeard ? await newestReport(context, row.subject_id) : undefined
  return {
    id,
    reference: row.reference,
    round: Number(row.round),
    deadline: Number(row.deadline_ms),
    at: Number(row.at_ms),
    model: (await subjectById(context.db, row.subject_id)).model,
    statement: row.statement,
    reach: row.reach,
    state: row.state,
    reason: row.reason,
    isHeard,
    report: report?.reference ?? null,
  }
}

/** The officer has read the holder's side. @throws as above */
export async function hearAppeal(context: Context, caller: Caller, id: string): Promise<void> {
  const { subject_id } = await rowOf(context, caller, id)
  await context.db
    .updateTable('appeals')
    .set({ heard_ms: context.sequencer.now() })
    .where('id', '=', id)
    .where('heard_ms', 'is', null)
    .execute()
  await audit(context, caller, 'appeal.hear', { subjectId: subject_id })
}

/** Decides it, in writing; nothing is unblocked by it. @throws {Refusal} as above; wrong-state: not heard yet, or decided; malformed */
export async function decideAppeal(
  context: Context,
  caller: Caller,
  said: { readonly id: string; readonly isGranted: boolean; readonly reason: string },
): Promise<void> {
  const { subject_id } = await rowOf(context, caller, said.id)
  const { length } = said.reason
  const isReason =
    length >= REASON.least && length <= REASON.most && !said.reason.includes('\u0000')
  demand(isReason, 'malformed', 'expected a reason')
  const decided = await context.db
    .updateTable('appeals')
    .set({
      state: said.isGranted ? 'granted' : 'refused',
      reason: said.reason,
      officer: caller.sub,
      decided_ms: context.sequencer.now(),
    })
    .where('id', '=', said.id)
    .where('state', '=', 'waiting')
    .where('heard_ms', 'is not', null)
    .executeTakeFirst()
  demand(decided.numUpdatedRows === 1n, 'wrong-state', 'it is not heard yet, or decided')
  await audit(context, caller, 'appeal.decide', { subjectId: subject_id })
}

async function rowOf({ db }: Context, caller: Caller, id: string) {
  demandRole(caller, 'officer')
  const row = await db
    .selectFrom('appeals')
    .selectAll()
    .where('id', '=', id)
    .where('force', '=', caller.iss)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such appeal to your force')
  return row
}

/** How a force answers: appeals it was asked for, and those that it left beyond their deadline. */
export interface ForceAppeals {
  readonly force: string
  readonly asked: number
  readonly overdue: number
}

/** By force, in order of their names. */
export async function appealsByForce({ db, sequencer }: Context): Promise<readonly ForceAppeals[]> {
  const now = BigInt(sequencer.now())
  const rows = await db
    .selectFrom('appeals')
    .select(({ fn, eb }) => [
      'force',
      fn.countAll<bigint>().as('asked'),
      fn
        .countAll<bigint>()
        .filterWhere(eb(eb.fn.coalesce('decided_ms', eb.val(now)), '>', eb.ref('deadline_ms')))
        .as('overdue'),
    ])
    .groupBy('force')
    .orderBy('force')
    .execute()
  return rows.map(({ force, asked, overdue }) => ({
    force,
    asked: Number(asked),
    overdue: Number(overdue),
  }))
}
