import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { leaveCase } from './takings.ts'

/**
 * An officer says that he knows somebody involved in a report: from then on it is for others, and he lets go of it if
 * it was his. @throws {Refusal} not-found
 */
export async function sayKnown(context: Context, caller: Caller, reference: string): Promise<void> {
  const { db, surroundings } = context
  const report = await db
    .selectFrom('reports')
    .leftJoin('cases', (join) =>
      join.onRef('cases.report_id', '=', 'reports.id').on('cases.force', '=', caller.iss),
    )
    .select(['reports.id', 'reports.subject_id', 'cases.id as caseId'])
    .where('reports.reference', '=', reference)
    .executeTakeFirst()
  demand(report !== undefined, 'not-found', 'no report with this reference')
  await db
    .insertInto('known_people')
    .values({ report_id: report.id, officer: caller.sub, at_ms: surroundings.clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const about = report.caseId === null ? {} : { caseId: report.caseId }
  await audit(context, caller, 'case.known', { ...about, subjectId: report.subject_id })
  if (report.caseId !== null) await leaveCase(context, caller, report.caseId)
}
