import {
  checkMade,
  demand,
  equal,
  parseCoseKey,
  parseDocument,
  parseMadeDevice,
  decodeCbor,
  thumbprint,
  type Tac,
} from '../../core/index.ts'
import { sql } from 'kysely'
import type { Context } from '../context.ts'
import { packed } from '../db/packed.ts'
import { inTransaction } from '../db/transaction.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { checkStatement } from './evidence.ts'

/** Where a production run stands. Rows are counted from 0. */
export interface MadeBatch {
  readonly id: Uint8Array
  readonly maker: string
  readonly model: string
  readonly statement: Uint8Array
  readonly count: number
  readonly root: Uint8Array
  readonly needsSale: boolean
  readonly received: number
  readonly claimed: number
  readonly filled: number
  readonly enrolled: number | null
  readonly index: number | null
}

/** The longest run there is; above it, two. */
const MAX_COUNT = 2_000_000

/** The models this maker may speak for. @throws {Refusal} forbidden */
export function madeModels({ sequencer }: Context, caller: Caller): readonly Tac[] {
  demandRole(caller, 'maker')
  return sequencer.ledger.authorities.named(caller.sub).flatMap(({ cert }) => cert.scope.tacs ?? [])
}

/**
 * Begins a production run by its maker's statement, or finds the one that was begun: the same phones
 * again, however the new statement is dated or signed, are the same run.
 * @throws {Refusal} forbidden, attestation-needed, scope, signature, identity-conflict
 */
export async function openMadeBatch(
  context: Context,
  caller: Caller,
  given: { readonly statement: Uint8Array; readonly model: string; readonly needsSale: boolean },
): Promise<MadeBatch> {
  demandRole(caller, 'maker')
  const cose = parseDocument(given.statement, 'application/stolen-batch+cbor')
  const { statement, maker, tacs } = checkStatement(context, cose)
  demand(maker === caller.sub, 'forbidden', "another maker's statement")
  const isOwn = statement.tacs.every((tac) => tacs?.includes(tac))
  demand(isOwn, 'scope', "one of the models is not this maker's")
  const { id, count, root } = statement
  demand(count >= 1 && count <= MAX_COUNT, 'too-large', `a run has 1 to ${MAX_COUNT} phones`)
  const row = {
    id,
    maker,
    model: given.model,
    statement: given.statement,
    count,
    root,
    needs_sale: given.needsSale,
    received: 0,
    claimed: 0,
    filled: 0,
    busy_until_ms: 0,
  }
  await inTransaction(context.db, (trx) =>
    trx
      .insertInto('made_batches')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  )
  const kept = await madeBatch(context, caller, id)
  const isSame = kept.count === count && equal(kept.root, root)
  const isMeant = kept.model === given.model && kept.needsSale === given.needsSale
  demand(isSame && isMeant, 'identity-conflict', 'another run has this id')
  return kept
}

/** @throws {Refusal} not-found: nobody's, or another maker's */
export async function madeBatch(
  { db }: Context,
  caller: Caller,
  id: Uint8Array,
): Promise<MadeBatch> {
  demandRole(caller, 'maker')
  const row = await db
    .selectFrom('made_batches')
    .selectAll()
    .where('id', '=', id)
    .where('maker', '=', caller.sub)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such run')
  return {
    id,
    maker: row.maker,
    model: row.model,
    statement: new Uint8Array(row.statement),
    count: Number(row.count),
    root: new Uint8Array(row.root),
    needsSale: row.needs_sale,
    received: Number(row.received),
    claimed: Number(row.claimed),
    filled: Number(row.filled),
    enrolled: row.enrolled === null ? null : Number(row.enrolled),
    index: row.log_index === null ? null : Number(row.log_index),
  }
}

/** A phone of the run: its record, and its key, of which the record holds the thumbprint. */
export interface MadeRow {
  readonly record: Uint8Array
  readonly key: Uint8Array
}

/**
 * Keeps the next rows; those that are here already are passed over. One bad row refuses all of them: the
 * maker's program has looked before, and signed for each.
 * @returns how many are here now
 * @throws {Refusal} scope, malformed, feed-gap: rows before these are missing
 */
export async function takeMadeRows(
  context: Context,
  batch: MadeBatch,
  from: number,
  rows: readonly MadeRow[],
): Promise<number> {
  demand(from <= batch.received, 'feed-gap', `expected row ${batch.received}`)
  demand(from + rows.length <= batch.count, 'malformed', 'more rows than the statement says')
  const fresh = rows.slice(batch.received - from)
  if (fresh.length === 0) return batch.received
  checkRows(context, batch, fresh)
  const first = batch.received
  const received = first + fresh.length
  const record = packed(fresh.map((row) => row.record))
  const dak = packed(fresh.map(({ key }) => key))
  const salt = packed(fresh.map(() => context.surroundings.random(32)))
  await inTransaction(context.db, async (trx) => {
    await sql`
      insert into made_devices (batch_id, row_no, record, dak, salt)
      select ${batch.id}::bytea, r_no, substr(${record.blob}::bytea, r_at, r_length),
        substr(${dak.blob}::bytea, d_at, d_length), substr(${salt.blob}::bytea, s_at, s_length)
      from unnest(${fresh.map((_, i) => first + i)}::bigint[], ${record.at}::int[],
        ${record.length}::int[], ${dak.at}::int[], ${dak.length}::int[], ${salt.at}::int[],
        ${salt.length}::int[]) as r(r_no, r_at, r_length, d_at, d_length, s_at, s_length)
      on conflict do nothing`.execute(trx)
    await sql`
      update made_batches set received = greatest(received, ${received}::bigint)
      where id = ${batch.id}::bytea`.execute(trx)
  })
  return received
}

function checkRows(context: Context, batch: MadeBatch, rows: readonly MadeRow[]): void {
  const { statement, tacs } = checkStatement(
    context,
    parseDocument(batch.statement, 'application/stolen-batch+cbor'),
  )
  for (const { record, key } of rows) {
    const made = parseMadeDevice(record)
    checkMade(made, statement, tacs)
    const isItsKey = equal(thumbprint(parseCoseKey(decodeCbor(key, 256))), made.dak)
    demand(isItsKey, 'malformed', 'a record of another key')
  }
}

/** Rows whose numbers or keys are somebody else's, by row. */
export async function conflictsOf({ db }: Context, batch: MadeBatch): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('made_devices')
    .select('row_no')
    .where('batch_id', '=', batch.id)
    .where('code', 'is not', null)
    .orderBy('row_no')
    .execute()
  return rows.map(({ row_no }) => Number(row_no))
}
