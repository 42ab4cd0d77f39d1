import type { Context } from '../../context.ts'
import { LOOKS } from '../desk/unusual.ts'

/** How often police looked at what they have about a phone: which force, never who. */
export interface PoliceLooks {
  /** Name of the force. */
  readonly force: string
  readonly count: number
  /** The last time, ms. */
  readonly last: number
}

/** Who looked at a phone's cases, newest first; until that moment, in ms. */
export async function policeLooksAt(
  { db }: Context,
  subjectId: string,
  until = Number.MAX_SAFE_INTEGER,
): Promise<PoliceLooks[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['force', (is) => is.fn.countAll().as('count'), (is) => is.fn.max('at_ms').as('last')])
    .where('subject_id', '=', subjectId)
    .where('action', 'in', [...LOOKS])
    .where('force', 'is not', null)
    .where('at_ms', '<=', BigInt(until))
    .groupBy('force')
    .execute()
  return rows
    .map(({ force, count, last }) => ({
      force: force ?? '',
      count: Number(count),
      last: Number(last),
    }))
    .toSorted((a, b) => b.last - a.last)
}
