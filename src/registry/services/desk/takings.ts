import { Refusal, demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { caseById, openCase, type Case } from '../cases.ts'

/** So long a case is one officer's; then whoever wants takes it. */
const TAKING_MS = 30 * 60_000
const MAX_CRIME_REFERENCE = 64

/** Whether this can stand for a crime: a force's own number, of whatever form. */
export const isCrimeReference = (text: string): boolean =>
  text !== '' && text.length <= MAX_CRIME_REFERENCE && !text.includes('\u0000')

/**
 * Takes a report as a case: opens it under a crime reference, without which nothing is looked at.
 * @param wanted.id of the case, where there is none yet: the same for the same report
 * @throws {Refusal} case-needed, case-taken with the fact `officer`, not-found, forbidden; knows-people: he has said so
 */
export async function takeReport(
  context: Context,
  caller: Caller,
  wanted: { readonly id: string; readonly reference: string; readonly crimeReference: string },
): Promise<string> {
  const { reference, crimeReference } = wanted
  const report = await context.db
    .selectFrom('reports')
    .leftJoin('cases', (join) =>
      join.onRef('cases.report_id', '=', 'reports.id').on('cases.force', '=', caller.iss),
    )
    .select(['reports.id', 'reports.why', 'cases.id as caseId'])
    .where('reports.reference', '=', reference)
    .orderBy('cases.at_ms')
    .orderBy('cases.id')
    .executeTakeFirst()
  demand(report !== undefined, 'not-found', 'no report with this reference')
  await demandKnowsNobody(context, caller, report.id)
  if (report.caseId !== null) return takeCase(context, caller, report.caseId)
  demand(isCrimeReference(crimeReference), 'case-needed', 'a crime reference is needed first')
  const { id } = await openCase(context, caller, {
    id: wanted.id,
    crimeReference,
    why: Number(report.why),
    about: { reference },
  })
  return takeCase(context, caller, id)
}

/** One officer's for half an hour, or half an hour more. @throws {Refusal} case-taken, not-found, knows-people */
export async function takeCase(context: Context, caller: Caller, id: string): Promise<string> {
  const { db, surroundings } = context
  const found = await caseById(context, caller, id)
  if (found.reportId !== null) await demandKnowsNobody(context, caller, found.reportId)
  const now = surroundings.clock()
  const mine = { officer: caller.sub, until_ms: now + TAKING_MS }
  const took = await db
    .insertInto('case_takings')
    .values({ case_id: id, ...mine })
    .onConflict((conflict) =>
      conflict
        .column('case_id')
        .doUpdateSet(mine)
        .where((is) =>
          is.or([
            is('case_takings.until_ms', '<=', BigInt(now)),
            is('case_takings.officer', '=', caller.sub),
          ]),
        ),
    )
    .executeTakeFirst()
  if (took.numInsertedOrUpdatedRows === 0n) await refuseTaken(context, id)
  await audit(context, caller, 'case.take', { caseId: id, subjectId: found.subjectId })
  return id
}

/** Who has a case now, and until when (Unix ms). */
export async function takingOf({ db, surroundings }: Context, id: string) {
  const row = await db
    .selectFrom('case_takings')
    .select(['officer', 'until_ms'])
    .where('case_id', '=', id)
    .where('until_ms', '>', BigInt(surroundings.clock()))
    .executeTakeFirst()
  return row === undefined ? null : { officer: row.officer, until: Number(row.until_ms) }
}

/** A case whose evidence this officer may see and decide on. @throws {Refusal} case-taken, case-needed, not-found */
export async function takenCase(context: Context, caller: Caller, id: string): Promise<Case> {
  const found = await caseById(context, caller, id)
  const taking = await takingOf(context, id)
  demand(taking !== null, 'case-needed', 'take the case first')
  if (taking.officer !== caller.sub) await refuseTaken(context, id)
  return found
}

/** Lets go of a case: it is somebody else's turn. */
export async function leaveCase({ db }: Context, caller: Caller, id: string): Promise<void> {
  await db
    .deleteFrom('case_takings')
    .where('case_id', '=', id)
    .where('officer', '=', caller.sub)
    .execute()
}

async function refuseTaken(context: Context, id: string): Promise<never> {
  const taking = await takingOf(context, id)
  throw new Refusal('case-taken', 'another officer works on this case', {
    officer: taking?.officer ?? '',
    untilSeconds: Math.ceil((taking?.until ?? 0) / 1000),
  })
}

/** Whether an officer has said that he knows somebody involved in a report. */
export async function hasSaidKnown(
  { db }: Context,
  { sub }: Caller,
  reference: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('known_people')
    .innerJoin('reports', 'reports.id', 'known_people.report_id')
    .select('reports.id')
    .where('reports.reference', '=', reference)
    .where('known_people.officer', '=', sub)
    .executeTakeFirst()
  return row !== undefined
}

/** @throws {Refusal} knows-people */
async function demandKnowsNobody(
  { db }: Context,
  { sub }: Caller,
  reportId: string,
): Promise<void> {
  const said = await db
    .selectFrom('known_people')
    .select('at_ms')
    .where('report_id', '=', reportId)
    .where('officer', '=', sub)
    .executeTakeFirst()
  demand(said === undefined, 'knows-people', 'you said that you know somebody involved')
}
