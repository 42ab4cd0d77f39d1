import type { Kysely } from 'kysely'
import {
  Refusal,
  checkOpening,
  equal,
  parseEntry,
  parseOpening,
  parseOrder,
  type DeviceIds,
  type Ledger,
} from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'
import { Fatal } from './fatal.ts'

interface EntryRow {
  readonly index: bigint
  readonly leaf: Uint8Array
  readonly oid: Uint8Array | null
}

/**
 * What services read of an order is what the log says of it: whoever can write in the database must
 * not make a phone stolen, or well again, for the registry alone. Rows of consecutive entries.
 * @throws {Fatal} row-disagrees-with-log
 */
export async function checkOrderRows(
  db: Kysely<Schema>,
  entries: readonly EntryRow[],
): Promise<void> {
  const first = entries[0]
  const last = entries.at(-1)
  if (first === undefined || last === undefined) return
  const rows = await orderRows(db, first.index, last.index)
  const byIndex = new Map(rows.map((row) => [row.log_index, row]))
  // After the rows: an erasure in between then looks like a row that is there, and not like a lie.
  const erased = await erasedBetween(db, first.index, last.index)
  for (const { index, leaf, oid } of entries) {
    const row = byIndex.get(index)
    byIndex.delete(index)
    const entry = parseEntry(new Uint8Array(leaf))
    const isOrder = entry.kind === 'order'
    demandFit(isOrder ? row !== undefined || erased.has(index) : row === undefined, index)
    const expected = isOrder ? parseOrder(entry.body.payload).oid : null
    demandFit(oid === null ? expected === null : expected !== null && equal(oid, expected), index)
    if (row) checkRow(row, entry.body.payload, entry.t)
  }
  for (const index of byIndex.keys()) demandFit(false, index)
}

async function erasedBetween(
  db: Kysely<Schema>,
  from: bigint,
  to: bigint,
): Promise<ReadonlySet<bigint>> {
  const rows = await db
    .selectFrom('erased_orders')
    .select('log_index')
    .where('log_index', '>=', from)
    .where('log_index', '<=', to)
    .execute()
  return new Set(rows.map((row) => row.log_index))
}

/**
 * Nothing is erased before it is over, as the whole log tells it: else whoever can write in the
 * database would free a stolen phone by calling its lock forgotten.
 * @throws {Fatal} row-disagrees-with-log
 */
export async function checkErased(db: Kysely<Schema>, ledger: Ledger): Promise<void> {
  const rows = await db.selectFrom('erased_orders').select('log_index').execute()
  for (const { log_index: index } of rows) demandFit(isOver(ledger, Number(index)), index)
}

/** A hold or lock that was undone or has lapsed; of what continues others, those are what counts. */
export function isOver(ledger: Ledger, index: number): boolean {
  const standing = ledger.standing(index)
  if (standing === undefined) return true
  const { act, exp } = standing.outstanding
  const hasLapsed = act === 'hold' && exp < Math.floor(ledger.t / 1000)
  // Undone by an order that has become void since: too late to remember the device.
  return standing.isClosed || ledger.isReopened(index) || hasLapsed
}

type OrderRow = Awaited<ReturnType<typeof orderRows>>[number]

function orderRows(db: Kysely<Schema>, from: bigint, to: bigint) {
  return db
    .selectFrom('orders')
    .leftJoin('subjects', 'subjects.id', 'orders.subject_id')
    .select(['log_index', 'oid', 'act', 'at_ms', 'payload', 'opening', 'device_id', 'imei14'])
    .where('log_index', '>=', from)
    .where('log_index', '<=', to)
    .execute()
}

function checkRow(row: OrderRow, payload: Uint8Array, t: number): void {
  const order = parseOrder(payload)
  const fits =
    equal(row.payload, payload) &&
    equal(row.oid, order.oid) &&
    row.act === order.act &&
    Number(row.at_ms) === t
  demandFit(fits, row.log_index)
  try {
    demandFit(isAbout(checkOpening(order, parseOpening(row.opening)), row), row.log_index)
  } catch (error) {
    throw error instanceof Refusal ? disagreement(row.log_index, error) : error
  }
}

/** The device or the number that the row points at is the one that the order is about. */
function isAbout({ dak, imeis }: DeviceIds, { device_id: device, imei14 }: OrderRow): boolean {
  if (device !== null) return dak !== null && equal(dak, device)
  return imei14 === null || imeis.some((imei) => imei === imei14)
}

export function demandFit(condition: boolean, index: bigint): asserts condition {
  if (!condition) throw disagreement(index)
}

export function disagreement(index: bigint, cause?: unknown): Fatal {
  const message = `what is kept of entry ${index} is not what was signed for`
  return new Fatal(message, cause, 'row-disagrees-with-log')
}
