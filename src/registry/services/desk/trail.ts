import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'

const PAGE = 50
const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
/** What reading the trail is called in it. */
export const READ = 'trail.view'

/** Which rows of the trail. Times in ms. */
export interface TrailFilter {
  readonly crimeReference: string | null
  /** Name in the certificate. */
  readonly officer: string | null
  readonly action: string | null
  readonly day: { readonly from: number; readonly until: number } | null
  readonly after: string | null
}

/** One look or act. */
export interface Trace {
  readonly at: number
  readonly officer: string
  readonly action: string
  /** Null: about no case, or one whose data were erased. */
  readonly crimeReference: string | null
}

export interface Trail {
  readonly items: readonly Trace[]
  readonly next: string | null
}

/** Who of a force looked at what, newest first, a page at a time; reading it is a look, too. @throws {Refusal} bad-cursor */
export async function auditTrailOf(
  context: Context,
  officer: Caller,
  filter: TrailFilter,
): Promise<Trail> {
  const { crimeReference, day, after } = filter
  let query = context.db
    .selectFrom('audit')
    .leftJoin('cases', 'cases.id', 'audit.case_id')
    .select(['audit.id', 'audit.at_ms', 'audit.who', 'audit.action', 'cases.crime_reference'])
    .where('audit.force', '=', officer.iss)
    .orderBy('audit.at_ms', 'desc')
    .orderBy('audit.id', 'desc')
    .limit(PAGE + 1)
  if (crimeReference !== null)
    query = query.where(
      'audit.case_id',
      'in',
      context.db
        .selectFrom('cases')
        .select('id')
        .where('force', '=', officer.iss)
        .where('crime_reference', '=', crimeReference),
    )
  if (filter.officer !== null) query = query.where('audit.who', '=', filter.officer)
  if (filter.action !== null) query = query.where('audit.action', '=', filter.action)
  if (day !== null)
    query = query
      .where('audit.at_ms', '>=', BigInt(day.from))
      .where('audit.at_ms', '<', BigInt(day.until))
  if (after !== null) {
    const [, at, id] = CURSOR.exec(after) ?? []
    demand(at !== undefined && id !== undefined, 'bad-cursor', 'not one of our cursors')
    query = query.where((is) =>
      is.or([
        is('audit.at_ms', '<', BigInt(at)),
        is.and([is('audit.at_ms', '=', BigInt(at)), is('audit.id', '<', id)]),
      ]),
    )
  }
  const rows = await query.execute()
  await audit(context, officer, READ, {})
  const shown = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? shown.at(-1) : undefined
  return {
    items: shown.map((row) => ({
      at: Number(row.at_ms),
      officer: row.who,
      action: row.action,
      crimeReference: row.crime_reference,
    })),
    next: last === undefined ? null : `${last.at_ms}.${last.id}`,
  }
}
