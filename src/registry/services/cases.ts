import { demand, type Imei14 } from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { CaseState } from '../db/tables.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { ordersOf } from '../model/orders.ts'
import { findByImei, subjectById, subjectForImei, type Subject } from '../model/subjects.ts'
import { homeElsewhere, sendHome } from './home.ts'

/** What a force works on: one device, one crime reference. */
export interface Case {
  readonly id: string
  readonly force: string
  readonly crimeReference: string
  readonly salt: Uint8Array
  readonly subjectId: string
  readonly why: number
  readonly state: CaseState
  readonly batchId: string | null
  /** Row of the imported list, 0 where there is none. */
  readonly row: number
  readonly reportId: string | null
  readonly at: number
}

export interface NewCase {
  /** Follows from the request: a repeated one finds its case, whatever happened in between. */
  readonly id: string
  readonly crimeReference: string
  readonly why: number
  /** The owner's report, a former owner's dispute, or the number an officer obtained. */
  readonly about: { readonly reference: string } | { readonly imei: Imei14 }
}

/** Opens a case of the officer's force. @throws {Refusal} forbidden, not-found, home-elsewhere */
export async function openCase(context: Context, caller: Caller, wanted: NewCase): Promise<Case> {
  demandRole(caller, 'officer')
  const { db, surroundings } = context
  const { subjectId, reportId } = await aboutWhat(context, caller, wanted)
  const row = {
    id: wanted.id,
    force: caller.iss,
    crime_reference: wanted.crimeReference,
    case_salt: surroundings.random(32),
    subject_id: subjectId,
    why: wanted.why,
    state: 'open' as const,
    batch_id: null,
    row_no: null,
    report_id: reportId,
    at_ms: surroundings.clock(),
  }
  await db
    .insertInto('cases')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await audit(context, caller, 'case.open', { caseId: row.id, subjectId })
  return caseById(context, caller, row.id)
}

async function aboutWhat(context: Context, caller: Caller, { about }: NewCase) {
  const { db } = context
  if ('imei' in about) {
    if (!(await isOurs(context, about.imei))) {
      const home = await homeElsewhere(context, about.imei)
      if (home) await sendHome(context, caller, home)
    }
    return { subjectId: (await subjectForImei(db, about.imei)).id, reportId: null }
  }
  const report = await db
    .selectFrom('reports')
    .selectAll()
    .where('reference', '=', about.reference)
    .executeTakeFirst()
  if (report) return { subjectId: report.subject_id, reportId: report.id }
  const dispute = await db
    .selectFrom('disputes')
    .select('subject_id')
    .where('reference', '=', about.reference)
    .executeTakeFirst()
  demand(dispute !== undefined, 'not-found', 'no report with this reference')
  return { subjectId: dispute.subject_id, reportId: null }
}

/** Enrolled here, or a number that orders of this log are about: those go on here. */
async function isOurs({ db }: Context, imei: Imei14): Promise<boolean> {
  const subject = await findByImei(db, imei)
  if (subject === null || subject.ids.dak !== null) return subject !== null
  return ((await ordersOf(db, [subject.id])).get(subject.id) ?? []).length > 0
}

/** @throws {Refusal} forbidden, not-found: there is none, or it is another force's */
export async function caseById({ db }: Context, caller: Caller, id: string): Promise<Case> {
  demandRole(caller, 'officer')
  const row = await db
    .selectFrom('cases')
    .selectAll()
    .where('id', '=', id)
    .where('force', '=', caller.iss)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such case of your force')
  return {
    id: row.id,
    force: row.force,
    crimeReference: row.crime_reference,
    salt: new Uint8Array(row.case_salt),
    subjectId: row.subject_id,
    why: Number(row.why),
    state: row.state,
    batchId: row.batch_id,
    row: Number(row.row_no ?? 0),
    reportId: row.report_id,
    at: Number(row.at_ms),
  }
}

/** A case with its device, for an officer who looks at it: a look that is recorded. */
export async function lookAtCase(
  context: Context,
  caller: Caller,
  id: string,
): Promise<{ case: Case; subject: Subject }> {
  const found = await caseById(context, caller, id)
  await audit(context, caller, 'case.view', { caseId: id, subjectId: found.subjectId })
  return { case: found, subject: await subjectById(context.db, found.subjectId) }
}

export interface CasePage {
  readonly items: readonly {
    readonly id: string
    readonly crimeReference: string
    readonly why: number
    readonly state: CaseState
  }[]
  readonly next: string | null
}

/** A force's cases, a page at a time, in the order of their ids. */
export async function listCases(
  { db }: Context,
  caller: Caller,
  filter: {
    readonly state?: CaseState
    readonly why?: number
    readonly limit: number
    readonly after?: string
  },
): Promise<CasePage> {
  demandRole(caller, 'officer')
  let query = db
    .selectFrom('cases')
    .select(['id', 'crime_reference', 'why', 'state'])
    .where('force', '=', caller.iss)
    .orderBy('id')
    .limit(filter.limit + 1)
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.why !== undefined) query = query.where('why', '=', BigInt(filter.why))
  if (filter.after) query = query.where('id', '>', filter.after)
  const rows = await query.execute()
  const items = rows.slice(0, filter.limit).map((row) => ({
    id: row.id,
    crimeReference: row.crime_reference,
    why: Number(row.why),
    state: row.state,
  }))
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null }
}
