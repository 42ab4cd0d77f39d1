import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Case } from '../cases.ts'

/** What an owner may add to a report, one at a time, and how long each may be. */
export const DETAILS = { place: 200, how: 1_000, purchase: 500, insurer: 200 } as const
export type Detail = keyof typeof DETAILS
export type ReportDetails = Readonly<Record<Detail, string>>

const NONE: ReportDetails = { place: '', how: '', purchase: '', insurer: '' }

/** What has been told of a report; empty where it was not. */
export async function detailsOf({ db }: Context, report: string): Promise<ReportDetails> {
  const row = await db
    .selectFrom('report_details')
    .select(['place', 'how', 'purchase', 'insurer'])
    .where('report_id', '=', report)
    .executeTakeFirst()
  return row ?? NONE
}

/** Saves one, in the place of what was told before. @throws {Refusal} too-large, malformed */
export async function saveDetail(
  { db, surroundings }: Context,
  report: string,
  { detail, text }: { readonly detail: Detail; readonly text: string },
): Promise<void> {
  demand(text.length <= DETAILS[detail], 'too-large', `more than ${DETAILS[detail]} characters`)
  demand(!text.includes('\u0000'), 'malformed', 'text holds no NUL')
  const row = { [detail]: text, at_ms: surroundings.clock() }
  await db
    .insertInto('report_details')
    .values({ report_id: report, ...NONE, ...row })
    .onConflict((conflict) => conflict.column('report_id').doUpdateSet(row))
    .execute()
}

/** What a case rests on, as its owner told it. */
export interface ReportTold {
  readonly reference: string
  readonly at: number
  /** Card, passkey or trusted person. */
  readonly proof: string
  readonly details: ReportDetails
}

/** The report of a case with all that was told after it, for an officer who looks at the case; null: it has none. */
export async function reportOfCase(
  context: Context,
  { reportId }: Pick<Case, 'reportId'>,
): Promise<ReportTold | null> {
  if (reportId === null) return null
  const row = await context.db
    .selectFrom('reports')
    .select(['reference', 'at_ms', 'proof'])
    .where('id', '=', reportId)
    .executeTakeFirst()
  if (row === undefined) return null
  const { reference, at_ms, proof } = row
  return { reference, at: Number(at_ms), proof, details: await detailsOf(context, reportId) }
}
