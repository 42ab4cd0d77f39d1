import type { Kysely } from 'kysely'
import type { List } from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'

/** One snapshot or delta that was signed. */
export interface ListRow {
  readonly list: List
  readonly kind: 'snapshot' | 'delta'
  /** Tree size it leads to. */
  readonly size: number
  /** Tree size it begins at; null for a snapshot. */
  readonly from: number | null
  readonly head: string
  readonly bytes: Uint8Array
}

/** What was made last: both lists as of one tree, and the checkpoint that covers it. */
export interface MadeAt {
  readonly size: number
  readonly note: string
}

/** The newest tree both lists are there of; null before the first. */
export async function newestMade(db: Kysely<Schema>): Promise<MadeAt | null> {
  const row = await db
    .selectFrom('number_lists')
    .select(['size', 'note'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { size: Number(row.size), note: row.note } : null
}

/** Heads in the order of their sizes, without the bytes. */
export async function headsOf(
  db: Kysely<Schema>,
  list: List,
): Promise<(Omit<ListRow, 'bytes' | 'list'> & { readonly atMs: number })[]> {
  const rows = await db
    .selectFrom('number_lists')
    .select(['kind', 'size', 'from_size', 'head', 'at_ms'])
    .where('list', '=', BigInt(list))
    .orderBy('size')
    .execute()
  return rows.map(({ kind, size, from_size, head, at_ms }) => ({
    kind,
    size: Number(size),
    from: from_size === null ? null : Number(from_size),
    head,
    atMs: Number(at_ms),
  }))
}

export async function bytesOf(
  db: Kysely<Schema>,
  { list, kind, size }: Pick<ListRow, 'list' | 'kind' | 'size'>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const row = await db
    .selectFrom('number_lists')
    .select('bytes')
    .where('list', '=', BigInt(list))
    .where('kind', '=', kind)
    .where('size', '=', BigInt(size))
    .executeTakeFirst()
  return row ? new Uint8Array(row.bytes) : null
}

/** When this list was last made whole, Unix ms; -Infinity: never. */
export async function wholeSince(db: Kysely<Schema>, list: List): Promise<number> {
  const heads = await headsOf(db, list)
  return heads.findLast(({ kind }) => kind === 'snapshot')?.atMs ?? -Infinity
}

/**
 * Keeps what was made of one tree behind what was made before it, all or nothing. With a list that is
 * whole everything older of it goes: what was erased must not live on in lists. Where another process was
 * first, its word stands. @returns whether ours does
 */
export async function keep(
  db: Kysely<Schema>,
  rows: readonly ListRow[],
  made: {
    readonly note: string
    readonly atMs: number
    /** Size of what it was made from. */
    readonly after: number | undefined
  },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if ((await newestMade(trx))?.size !== made.after) return false
    for (const { list, kind } of rows)
      if (kind === 'snapshot')
        await trx.deleteFrom('number_lists').where('list', '=', BigInt(list)).execute()
    const values = rows.map(({ from, ...row }) => ({
      ...row,
      from_size: from,
      note: made.note,
      at_ms: made.atMs,
    }))
    await trx.insertInto('number_lists').values(values).execute()
    return true
  })
}
