import { createHmac } from 'node:crypto'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { LOOKS, unusualLooks, type WhyUnusual } from './unusual.ts'

const PAGE = 50
const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const DAY = 86_400_000
/** What is looked through for patterns: so long, and no more than so many of the newest rows. */
const LOOKED_THROUGH_MS = 7 * DAY
const MAX_ROWS = 20_000
/** How long a pattern stands on the page. */
const SHOWN_MS = 28 * DAY

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

/** A pattern in the looks of one officer. */
export interface UnusualLook {
  readonly officer: string
  readonly why: WhyUnusual
  readonly count: number
  readonly at: number
  readonly crimeReference: string | null
}

/** Who of a force looked at what, newest first, a page at a time; reading it is a look, too. @throws {Refusal} bad-cursor */
export async function trailOf(
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
  if (crimeReference !== null) query = query.where('cases.crime_reference', '=', crimeReference)
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
  await audit(context, officer, 'trail.view', {})
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

/** What was unusual in a force's looks in the last four weeks, newest first. */
export async function unusualOf(context: Context, force: string): Promise<readonly UnusualLook[]> {
  await markUnusual(context, force)
  const { db, surroundings } = context
  const rows = await db
    .selectFrom('unusual_looks')
    .selectAll()
    .where('force', '=', force)
    .where('at_ms', '>', BigInt(surroundings.clock() - SHOWN_MS))
    .orderBy('at_ms', 'desc')
    .limit(PAGE)
    .execute()
  const untaken = rows.filter(({ why }) => why === 'untaken').map(({ about }) => about)
  const cases =
    untaken.length === 0
      ? []
      : await db
          .selectFrom('cases')
          .select(['id', 'crime_reference'])
          .where('id', 'in', untaken)
          .execute()
  return rows.map(({ officer, why, about, count, at_ms }) => ({
    officer,
    why: why as WhyUnusual,
    count: Number(count),
    at: Number(at_ms),
    crimeReference: cases.find(({ id }) => id === about)?.crime_reference ?? null,
  }))
}

/** Goes through the trails of all forces; whoever keeps this registry reads a line of each new pattern. */
export async function markAllUnusual(context: Context): Promise<void> {
  const since = context.surroundings.clock() - LOOKED_THROUGH_MS
  const forces = await context.db
    .selectFrom('audit')
    .select('force')
    .distinct()
    .where('force', 'is not', null)
    .where('at_ms', '>', BigInt(since))
    .execute()
  for (const { force } of forces) if (force !== null) await markUnusual(context, force)
}

async function markUnusual({ db, keys, logger, surroundings }: Context, force: string) {
  const now = surroundings.clock()
  const since = BigInt(now - LOOKED_THROUGH_MS)
  // With all there was before in the same cases: who took one a month ago may look how it stands.
  const lookedAt = db
    .selectFrom('audit')
    .select('case_id')
    .where('force', '=', force)
    .where('at_ms', '>', since)
    .where('action', 'in', [...LOOKS])
  const rows = await db
    .selectFrom('audit')
    .select(['who', 'at_ms', 'action', 'case_id', 'subject_id'])
    .where('force', '=', force)
    .where((is) => is.or([is('at_ms', '>', since), is('case_id', 'in', lookedAt)]))
    .orderBy('at_ms', 'desc')
    .limit(MAX_ROWS)
    .execute()
  const acts = rows.toReversed().map(({ who, at_ms, action, case_id, subject_id }) => ({
    who,
    at: Number(at_ms),
    action,
    caseId: case_id,
    subjectId: subject_id,
  }))
  for (const { who, why, about, count, at } of unusualLooks(acts, now)) {
    const added = await db
      .insertInto('unusual_looks')
      .values({ force, officer: who, why, about, count, at_ms: at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows !== 1n) continue
    const officer = createHmac('sha256', keys.secret).update(`officer ${who}`).digest('hex')
    logger.warn({ force, officer: officer.slice(0, 16), why, count }, 'unusual looks at cases')
  }
}
