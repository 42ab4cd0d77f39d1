import { createHmac } from 'node:crypto'
import type { Context } from '../../context.ts'
import { READ } from './trail.ts'
import { LOOKS, unusualLooks, type WhyUnusual } from './unusual.ts'

/** Patterns shown at once. */
const MOST = 50
const DAY = 86_400_000
/** What is looked through for patterns: so long, and no more than so many of the newest rows. */
const LOOKED_THROUGH_MS = 7 * DAY
const MAX_ROWS = 20_000
const CHUNK = 1_000
const FRESH_MS = 10 * 60_000
/** How long a pattern stands on the page. */
const SHOWN_MS = 28 * DAY

/** A pattern in the looks of one officer. */
export interface UnusualLook {
  readonly officer: string
  readonly why: WhyUnusual
  readonly count: number
  readonly at: number
  readonly crimeReference: string | null
}

/** What was unusual in a force's looks in the last four weeks, newest first. */
export async function unusualOf(context: Context, force: string): Promise<readonly UnusualLook[]> {
  const { db, surroundings } = context
  if (!(await wasJustRead(context, force))) await markUnusual(context, force)
  const rows = await db
    .selectFrom('unusual_looks')
    .selectAll()
    .where('force', '=', force)
    .where('at_ms', '>', BigInt(surroundings.clock() - SHOWN_MS))
    .orderBy('at_ms', 'desc')
    .limit(MOST)
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

/** Whoever read it in the last minutes had the trail gone through: no page is to do that work each time. */
async function wasJustRead({ db, surroundings }: Context, force: string): Promise<boolean> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('force', '=', force)
    .where('action', '=', READ)
    .where('at_ms', '>', BigInt(surroundings.clock() - FRESH_MS))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
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
  const found = unusualLooks(acts, now).map(({ who, why, about, count, at }) => ({
    force,
    officer: who,
    why,
    about,
    count,
    at_ms: at,
  }))
  for (let i = 0; i < found.length; i += CHUNK) {
    const added = await db
      .insertInto('unusual_looks')
      .values(found.slice(i, i + CHUNK))
      .onConflict((conflict) => conflict.doNothing())
      .returning(['officer', 'why', 'count'])
      .execute()
    for (const one of added) {
      const officer = createHmac('sha256', keys.secret)
        .update(`officer ${one.officer}`)
        .digest('hex')
      const told = { force, officer: officer.slice(0, 16), why: one.why, count: Number(one.count) }
      logger.warn(told, 'unusual looks at cases')
    }
  }
}
