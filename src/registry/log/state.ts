import { sql, type Kysely, type Transaction } from 'kysely'
import type { Checkpoint, NoteKey, VerifiedCheckpoint, VerifyEd25519 } from '../../log/index.ts'
import { openCheckpoint } from '../../log/index.ts'
import type { Schema } from '../db/tables.ts'
import { Fatal } from './fatal.ts'

/** The row that is the log: the checkpoint our key signed last. */
export interface LogState {
  readonly checkpoint: VerifiedCheckpoint
  readonly note: string
  /** Log time of the checkpoint, ms. */
  readonly at: number
}

/** Null when this log does not exist yet. @throws {Fatal} the row does not say what our key signed */
export async function loadState(
  db: Kysely<Schema>,
  key: NoteKey,
  verify: VerifyEd25519,
): Promise<LogState | null> {
  const row = await db
    .selectFrom('log_state')
    .selectAll()
    .where('origin', '=', key.name)
    .executeTakeFirst()
  if (!row) return null
  const checkpoint = openCheckpoint(row.note, [key], verify)
  if (checkpoint.size !== Number(row.size)) throw new Fatal('log_state disagrees with its own note')
  return { checkpoint, note: row.note, at: Number(row.at_ms) }
}

/** A checkpoint about to take the place of another. */
export interface Swap {
  readonly before: LogState | null
  readonly after: Checkpoint
  readonly note: string
  readonly at: number
  readonly staging: Uint8Array
}

/**
 * The moment the new entries exist: compare-and-swap of the signed checkpoint, together with its
 * tiles for whoever finishes the work. Exactly one row changes, or another process was here first.
 * @throws {Fatal} somebody else swapped
 */
export async function swapCheckpoint(trx: Transaction<Schema>, swap: Swap): Promise<void> {
  const { before, after, note, at, staging } = swap
  const { origin, size, root } = after
  await trx.insertInto('staging').values({ origin, size, root, bundle: staging }).execute()
  if (before === null) {
    await trx.insertInto('log_state').values({ origin, size, root, note, at_ms: at }).execute()
    return
  }
  const swapped = await trx
    .updateTable('log_state')
    .set({ size, root, note, at_ms: at })
    .where('origin', '=', origin)
    .where('note', '=', before.note)
    .executeTakeFirst()
  if (swapped.numUpdatedRows !== 1n) throw new Fatal('another process swapped the checkpoint')
}

export async function loadStaging(
  db: Kysely<Schema>,
  checkpoint: Checkpoint,
): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom('staging')
    .select('bundle')
    .where('origin', '=', checkpoint.origin)
    .where('size', '=', sql<bigint>`${checkpoint.size}`)
    .where('root', '=', sql<Buffer>`${checkpoint.root}`)
    .executeTakeFirst()
  return row ? new Uint8Array(row.bundle) : null
}

/** Nothing of it is needed once the tiles of a later or equal checkpoint are on disk. */
export async function discardStaging(db: Kysely<Schema>, checkpoint: Checkpoint): Promise<void> {
  await db
    .deleteFrom('staging')
    .where('origin', '=', checkpoint.origin)
    .where('size', '<=', sql<bigint>`${checkpoint.size}`)
    .execute()
}
