import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import type { Return } from './found-return.ts'

/** Something about a return that waits for this force. Time in ms. */
export interface ReturnWaiting {
  readonly kind: 'threat' | 'request' | 'found'
  readonly at: number
  /** Null: nobody of this force has opened a case. */
  readonly caseId: string | null
  readonly crimeReference: string | null
  /** Of the newest report, by which a case is opened; null: nobody made one. */
  readonly report: string | null
  readonly found: Pick<Return, 'way' | 'printedAt' | 'handedAt'> | null
}

const MOST = 100

/** Threatened owners first, then who asks for a release, then phones on their way back; each oldest first. @throws {Refusal} forbidden */
export async function returnsWaiting(
  { db }: Context,
  caller: Caller,
): Promise<readonly ReturnWaiting[]> {
  demandRole(caller, 'officer')
  const threats = await db
    .selectFrom('threats')
    .select(['at_ms', 'subject_id'])
    .where('force', '=', caller.iss)
    .where('seen_by', 'is', null)
    .orderBy('at_ms')
    .limit(MOST)
    .execute()
  const requests = await db
    .selectFrom('release_requests')
    .select(['at_ms', 'subject_id'])
    .where('force', '=', caller.iss)
    .orderBy('at_ms')
    .limit(MOST)
    .execute()
  const returns = await db
    .selectFrom('returns')
    .select(['at_ms', 'subject_id', 'way', 'printed_ms', 'handed_ms'])
    .where('force', '=', caller.iss)
    .where('released_ms', 'is', null)
    .orderBy('at_ms')
    .limit(MOST)
    .execute()
  const time = (ms: bigint | null) => (ms === null ? null : Number(ms))
  const waiting = [
    ...threats.map((row) => ({ kind: 'threat' as const, row, found: null })),
    ...requests.map((row) => ({ kind: 'request' as const, row, found: null })),
    ...returns.map((row) => ({
      kind: 'found' as const,
      row,
      found: { way: row.way, printedAt: time(row.printed_ms), handedAt: time(row.handed_ms) },
    })),
  ]
  const named = await namesOf(db, caller, [...new Set(waiting.map(({ row }) => row.subject_id))])
  return waiting.map(({ kind, row, found }) => ({
    kind,
    at: Number(row.at_ms),
    ...named(row.subject_id),
    found,
  }))
}

/** By which number of the force, or of whose report, a phone is spoken of. */
async function namesOf(db: Context['db'], caller: Caller, subjects: readonly string[]) {
  const cases =
    subjects.length === 0
      ? []
      : await db
          .selectFrom('cases')
          .select(['id', 'subject_id', 'crime_reference'])
          .where('force', '=', caller.iss)
          .where('subject_id', 'in', subjects)
          .orderBy('at_ms', 'desc')
          .execute()
  const reports =
    subjects.length === 0
      ? []
      : await db
          .selectFrom('reports')
          .select(['reference', 'subject_id'])
          .where('subject_id', 'in', subjects)
          .orderBy('hold_index', 'desc')
          .execute()
  return (subject: string) => {
    const own = cases.find(({ subject_id }) => subject_id === subject)
    const report = reports.find(({ subject_id }) => subject_id === subject)
    return {
      caseId: own?.id ?? null,
      crimeReference: own?.crime_reference ?? null,
      report: report?.reference ?? null,
    }
  }
}
