import { sql } from 'kysely'
import { demand } from '../../../core/index.ts'
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
const CURSOR = /^(\d{1,15})\.(\d{1,15})$/

/**
 * Threatened owners first, then who asks for a release, then phones on their way back, a page at a time; each oldest
 * first. @param after the last answer's `next` @throws {Refusal} forbidden, bad-cursor
 */
export async function returnsWaiting(
  { db }: Context,
  caller: Caller,
  after: string | null,
): Promise<{ readonly items: readonly ReturnWaiting[]; readonly next: string | null }> {
  demandRole(caller, 'officer')
  const [at, index] = after === null ? ['0', '0'] : cursorOf(after)
  // On the first page alone: nobody turns leaves to find somebody in danger.
  const urgent = after === null ? await urgentOf(db, caller) : []
  const returns = await db
    .selectFrom('returns')
    .select(['at_ms', 'subject_id', 'way', 'printed_ms', 'handed_ms', 'found_index'])
    .where('force', '=', caller.iss)
    .where('released_ms', 'is', null)
    .where(sql<boolean>`(at_ms, found_index) > (${at}::bigint, ${index}::bigint)`)
    .orderBy('at_ms')
    .orderBy('found_index')
    .limit(MOST + 1)
    .execute()
  const last = returns.length > MOST ? returns[MOST - 1] : undefined
  const time = (ms: bigint | null) => (ms === null ? null : Number(ms))
  const waiting = [
    ...urgent,
    ...returns.slice(0, MOST).map((row) => ({
      kind: 'found' as const,
      row,
      found: { way: row.way, printedAt: time(row.printed_ms), handedAt: time(row.handed_ms) },
    })),
  ]
  const named = await namesOf(db, caller, [...new Set(waiting.map(({ row }) => row.subject_id))])
  return {
    items: waiting.map(({ kind, row, found }) => ({
      kind,
      at: Number(row.at_ms),
      ...named(row.subject_id),
      found,
    })),
    next: last === undefined ? null : `${last.at_ms}.${last.found_index}`,
  }
}

/** Who is threatened, and who asks for a release. */
async function urgentOf(db: Context['db'], { iss }: Caller) {
  const threats = await db
    .selectFrom('threats')
    .select(['at_ms', 'subject_id'])
    .where('force', '=', iss)
    .where('seen_by', 'is', null)
    .orderBy('at_ms')
    .limit(MOST)
    .execute()
  const requests = await db
    .selectFrom('release_requests')
    .select(['at_ms', 'subject_id'])
    .where('force', '=', iss)
    .orderBy('at_ms')
    .limit(MOST)
    .execute()
  return [
    ...threats.map((row) => ({ kind: 'threat' as const, row, found: null })),
    ...requests.map((row) => ({ kind: 'request' as const, row, found: null })),
  ]
}

/** @throws {Refusal} bad-cursor */
function cursorOf(text: string): readonly [string, string] {
  const [, at, index] = CURSOR.exec(text) ?? []
  demand(at !== undefined && index !== undefined, 'bad-cursor', 'not one of our cursors')
  return [at, index]
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
