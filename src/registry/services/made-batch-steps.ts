import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import {
  batchPayload,
  coseSign,
  demand,
  equal,
  parseDocument,
  parseMadeDevice,
  saltedRecord,
  toHex,
  type MadeDevice,
} from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, leafHash } from '../../log/index.ts'
import type { Context } from '../context.ts'
import { packed } from '../db/packed.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { noteMisfit } from './attested-clones.ts'
import type { MadeBatch } from './made-batches.ts'
import { keepMadeParts } from './parts/known-parts.ts'

/** Rows of one step: some hundred milliseconds, between which orders go on. */
const STEP = 2_000
const LEASE_MS = 15_000

/**
 * Does the next piece of work on a run whose rows are here: its root is proved, its numbers are claimed,
 * one leaf is logged for all of them, their devices are written. Wherever it is cut off, the next call goes
 * on, and nothing is done twice.
 * @throws {Refusal} unavailable: somebody else works on it · attestation-needed: the rows are not those of
 * the statement, and have to be sent again · feed-gap: rows are missing
 */
export async function advanceMadeBatch(context: Context, batch: MadeBatch): Promise<void> {
  demand(batch.received === batch.count, 'feed-gap', `expected row ${batch.received}`)
  if (batch.enrolled !== null) return
  await lease(context, batch)
  try {
    if (batch.claimed === 0) await proveRoot(context, batch)
    if (batch.claimed < batch.count) await claimNext(context, batch)
    else if (batch.index === null) await logAll(context, batch)
    else await fillNext(context, batch)
  } finally {
    await giveBack(context, batch)
  }
}

/** Two that worked on one run at once would log it twice. */
async function lease({ db, surroundings }: Context, { id }: MadeBatch): Promise<void> {
  const now = surroundings.clock()
  const { numUpdatedRows } = await inTransaction(db, (trx) =>
    trx
      .updateTable('made_batches')
      .set({ busy_until_ms: now + LEASE_MS })
      .where('id', '=', id)
      .where('busy_until_ms', '<=', BigInt(now))
      .executeTakeFirst(),
  )
  demand(numUpdatedRows === 1n, 'unavailable', 'another process works on this run')
}

async function giveBack({ db }: Context, { id }: MadeBatch): Promise<void> {
  await inTransaction(db, (trx) =>
    trx.updateTable('made_batches').set({ busy_until_ms: 0 }).where('id', '=', id).execute(),
  )
}

interface Row {
  readonly no: number
  readonly record: Uint8Array
  readonly dak: Uint8Array
  readonly salt: Uint8Array
  readonly code: string | null
}

async function rowsFrom({ db }: Context, { id }: MadeBatch, from: number): Promise<readonly Row[]> {
  const rows = await db
    .selectFrom('made_devices')
    .selectAll()
    .where('batch_id', '=', id)
    .where('row_no', '>=', BigInt(from))
    .where('row_no', '<', BigInt(from + STEP))
    .orderBy('row_no')
    .execute()
  return rows.map(({ row_no, record, dak, salt, code }) => ({
    no: Number(row_no),
    record: new Uint8Array(record),
    dak: new Uint8Array(dak),
    salt: new Uint8Array(salt),
    code,
  }))
}

/** RFC 6962 root over what each row that is wanted gives, and how many those are. */
async function rootOver(
  context: Context,
  batch: MadeBatch,
  leafOf: (row: Row) => Uint8Array | null,
): Promise<{ readonly root: Uint8Array; readonly count: number }> {
  let edge = EMPTY_EDGE
  for (let from = 0; from < batch.count; from += STEP) {
    const leaves = (await rowsFrom(context, batch, from)).flatMap((row) => {
      const leaf = leafOf(row)
      return leaf === null ? [] : [leafHash(leaf)]
    })
    edge = appendLeaves(edge, leaves, sha256Fast).edge
  }
  return { root: edgeRoot(edge), count: edge.size }
}

/** Before any number is claimed: a maker's numbers are claimed by what he signed and by nothing else. */
async function proveRoot(context: Context, batch: MadeBatch): Promise<void> {
  const { root } = await rootOver(context, batch, ({ record }) => record)
  if (equal(root, batch.root)) return
  await inTransaction(context.db, async (trx) => {
    await trx.deleteFrom('made_devices').where('batch_id', '=', batch.id).execute()
    await trx.updateTable('made_batches').set({ received: 0 }).where('id', '=', batch.id).execute()
  })
  demand(false, 'attestation-needed', 'the rows are not those the statement was signed for')
}

/** First come, first served, number by number; who comes second is told to police and noted, and blocks nobody. */
async function claimNext(context: Context, batch: MadeBatch): Promise<void> {
  const rows = (await rowsFrom(context, batch, batch.claimed)).map((row) => ({
    ...row,
    made: parseMadeDevice(row.record),
  }))
  const losers = await inTransaction(context.db, (trx) => claim(trx, batch, rows))
  // Before the step counts as done: should the process die here, it is told again, which changes nothing.
  for (const { made } of losers)
    await noteMisfit(context, { device: made.dak, why: 'keys', imeis: made.imeis })
  await moveOn(context, batch, { claimed: batch.claimed + rows.length })
}

type Claiming = Row & { readonly made: MadeDevice }

async function claim(
  trx: Transaction<Schema>,
  batch: MadeBatch,
  rows: readonly Claiming[],
): Promise<readonly Claiming[]> {
  const numbers = rows.flatMap(({ made }) => made.imeis)
  const keys = packed(rows.map(({ made }) => made.dak))
  const { rows: taken } = await sql<{ imei14: string; device_id: Uint8Array }>`
    select imei14, device_id from device_imeis where imei14 = any(${numbers}::text[])
    union
    select imei14, device_id from device_imeis where device_id in (
      select substr(${keys.blob}::bytea, k_at, 32) from unnest(${keys.at}::int[]) as k(k_at))`.execute(
    trx,
  )
  const holders = new Map(taken.map((row) => [row.imei14, toHex(new Uint8Array(row.device_id))]))
  const numbersOf = new Map<string, Set<string>>()
  for (const [imei, holder] of holders)
    numbersOf.set(holder, (numbersOf.get(holder) ?? new Set()).add(imei))
  const losers: Claiming[] = []
  const won: { imei14: string; device: Uint8Array; slot: number }[] = []
  for (const row of rows) {
    const { dak, imeis } = row.made
    const device = toHex(dak)
    const own = numbersOf.get(device)
    const isFree = imeis.every((imei) => (holders.get(imei) ?? device) === device)
    // A key that has other numbers already is one key in two phones.
    const isSame =
      own === undefined || (own.size === imeis.length && imeis.every((i) => own.has(i)))
    if (!isFree || !isSame) {
      losers.push(row)
      continue
    }
    numbersOf.set(device, new Set(imeis))
    for (const [i, imei] of imeis.entries()) {
      holders.set(imei, device)
      if (own === undefined) won.push({ imei14: imei, device: dak, slot: i + 1 })
    }
  }
  const holder = packed(won.map(({ device }) => device))
  await sql`
    insert into device_imeis (imei14, device_id, slot)
    select i, substr(${holder.blob}::bytea, d_at, 32), s
    from unnest(${won.map(({ imei14 }) => imei14)}::text[], ${holder.at}::int[],
      ${won.map(({ slot }) => slot)}::bigint[]) as r(i, d_at, s)
    on conflict do nothing`.execute(trx)
  await sql`
    update made_devices set code = 'identity-conflict' where batch_id = ${batch.id}::bytea
      and row_no = any(${losers.map(({ no }) => no)}::bigint[])`.execute(trx)
  return losers
}

/** One leaf for the whole run: the log grows with runs, not with phones. */
async function logAll(context: Context, batch: MadeBatch): Promise<void> {
  const { root, count } = await rootOver(context, batch, ({ salt, record, code }) =>
    code === null ? saltedRecord(salt, record) : null,
  )
  if (count === 0) return moveOn(context, batch, { filled: batch.count, enrolled: 0 })
  const body = coseSign(
    'application/stolen-batch+cbor',
    batchPayload({ type: 'enrolments', count, root }),
    [context.keys.registry],
  )
  await context.sequencer.submit({
    kind: 'batch',
    body,
    alongside: async (trx, { index }) => {
      await trx
        .updateTable('made_batches')
        .set({ log_index: index })
        .where('id', '=', batch.id)
        .where('log_index', 'is', null)
        .execute()
    },
  })
}

/** Writes the devices of a leaf that stands in the log. */
async function fillNext(context: Context, batch: MadeBatch): Promise<void> {
  const rows = await rowsFrom(context, batch, batch.filled)
  const good = rows.filter(({ code }) => code === null)
  const made = good.map(({ record }) => parseMadeDevice(record))
  const id = packed(made.map(({ dak }) => dak))
  const dak = packed(good.map((row) => row.dak))
  const salt = packed(good.map((row) => row.salt))
  const filled = Math.min(batch.filled + STEP, batch.count)
  const ms = context.surroundings.clock()
  const { slots } = parseDocument(batch.statement, 'application/stolen-batch+cbor')
  const maker = slots[0]!.kid
  await inTransaction(context.db, async (trx) => {
    await sql`
      insert into devices
        (id, dak, serial, model, enrolled_at_index, record_salt, awaits_sale)
      select substr(${id.blob}::bytea, i_at, 32), substr(${dak.blob}::bytea, d_at, d_length), serial,
        ${batch.model}, ${batch.index}::bigint, substr(${salt.blob}::bytea, s_at, 32),
        ${batch.needsSale}
      from unnest(${id.at}::int[], ${dak.at}::int[], ${dak.length}::int[], ${salt.at}::int[],
        ${made.map(({ serial }) => serial)}::text[]) as r(i_at, d_at, d_length, s_at, serial)
      on conflict do nothing`.execute(trx)
    await sql`
      insert into subjects (id, device_id)
      select subject, substr(${id.blob}::bytea, i_at, 32)
      from unnest(${made.map(() => randomUUID())}::uuid[], ${id.at}::int[]) as r(subject, i_at)
      on conflict do nothing`.execute(trx)
    for (const [i, device] of made.entries()) {
      const { record } = good[i]!
      await keepMadeParts(trx, { device, record, maker }, { index: batch.index!, ms })
    }
    await trx.updateTable('made_batches').set({ filled }).where('id', '=', batch.id).execute()
  })
  if (filled === batch.count) await finish(context, batch)
}

/** What was enrolled stands among the devices now; here stays what could not be. */
async function finish({ db }: Context, { id }: MadeBatch): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('made_devices')
      .where('batch_id', '=', id)
      .where('code', 'is', null)
      .executeTakeFirst()
    await trx
      .updateTable('made_batches')
      .set({ enrolled: numDeletedRows })
      .where('id', '=', id)
      .execute()
  })
}

async function moveOn(
  { db }: Context,
  { id }: MadeBatch,
  set: { readonly claimed?: number; readonly filled?: number; readonly enrolled?: number },
): Promise<void> {
  await inTransaction(db, (trx) =>
    trx.updateTable('made_batches').set(set).where('id', '=', id).execute(),
  )
}
