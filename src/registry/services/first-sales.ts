import {
  Refusal,
  batchPayload,
  coseSign,
  demand,
  equal,
  fromHex,
  readSale,
  saltedRecord,
} from '../../core/index.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, leafHash } from '../../log/index.ts'
import type { Context } from '../context.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { demandOfOurTime } from '../model/seen-when.ts'
import { subjectForDevice } from '../model/subjects.ts'
import { noteSighting } from './sightings.ts'

/** What became of each sale of a delivery, in its order. */
export type SaleResult =
  | { readonly result: 'sold' }
  /** Sold before, or needing no sale: an owner may set it up. */
  | { readonly result: 'free' }
  | { readonly result: 'refused'; readonly code: string }

/**
 * Before its sale a phone whose maker asked for it gets neither token nor card: a crate off the lorry.
 * Asking for one is a sighting. @throws {Refusal} not-sold
 */
export async function demandSold(
  context: Context,
  device: Uint8Array,
  country: string,
): Promise<void> {
  const { db } = context
  const row = await db
    .selectFrom('devices')
    .select('awaits_sale')
    .where('id', '=', device)
    .executeTakeFirst()
  if (row?.awaits_sale !== true) return
  const { id: subjectId } = await subjectForDevice(db, device)
  await noteSighting(context, { subjectId, how: 'activation', verdict: 'not-sold', country })
  demand(false, 'not-sold', 'no seller has told its sale')
}

interface Sold {
  readonly device: Uint8Array
  readonly at: number
  readonly salt: Uint8Array
  readonly record: Uint8Array
}

/**
 * Takes a seller's signed sales. Those that free a phone go into the log as one leaf, hidden like every
 * other record; the rest is answered one by one and stops nobody. @throws {Refusal} forbidden
 */
export async function takeSales(
  context: Context,
  caller: Caller,
  signed: readonly Uint8Array[],
): Promise<{ readonly index: number | null; readonly results: readonly SaleResult[] }> {
  demandRole(caller, 'seller')
  const sold: Sold[] = []
  const results: SaleResult[] = []
  for (const record of signed) {
    const one = await judge(context, caller, record)
    const isTwice = 'device' in one && sold.some(({ device }) => equal(device, one.device))
    if ('device' in one && !isTwice) sold.push(one)
    results.push('device' in one ? { result: isTwice ? 'free' : 'sold' } : one)
  }
  return { index: sold.length === 0 ? null : await log(context, caller, sold), results }
}

async function judge(
  context: Context,
  caller: Caller,
  record: Uint8Array,
): Promise<Sold | SaleResult> {
  const { db, sequencer, surroundings, trust } = context
  try {
    const { authorities, size } = sequencer.ledger
    const { cert } = authorities.signer(fromHex(caller.kid), sequencer.now(), size)
    const { imei, at } = readSale(record, cert.key, trust.verify.es256)
    demandOfOurTime(context, at)
    const row = await db
      .selectFrom('device_imeis')
      .innerJoin('devices', 'devices.id', 'device_imeis.device_id')
      .select(['devices.id', 'devices.awaits_sale'])
      .where('device_imeis.imei14', '=', imei)
      .executeTakeFirst()
    demand(row !== undefined, 'not-found', 'no phone of this number is enrolled')
    if (!row.awaits_sale) return { result: 'free' }
    return { device: new Uint8Array(row.id), at, record, salt: surroundings.random(32) }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'unavailable') throw error
    return { result: 'refused', code: error.code }
  }
}

async function log(
  { keys, sequencer }: Context,
  { sub }: Caller,
  sold: readonly Sold[],
): Promise<number> {
  const leaves = sold.map(({ salt, record }) => leafHash(saltedRecord(salt, record)))
  const root = edgeRoot(appendLeaves(EMPTY_EDGE, leaves).edge)
  const { index } = await sequencer.submit({
    kind: 'batch',
    body: coseSign(
      'application/stolen-batch+cbor',
      batchPayload({ type: 'sales', count: sold.length, root }),
      [keys.registry],
    ),
    alongside: async (trx, logged) => {
      const rows = sold.map(({ device, at, salt, record }) => ({
        device_id: device,
        seller: sub,
        at_ms: at * 1000,
        salt,
        record,
        log_index: logged.index,
      }))
      await trx
        .insertInto('first_sales')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const devices = sold.map(({ device }) => device)
      await trx
        .updateTable('devices')
        .set({ awaits_sale: false })
        .where('id', 'in', devices)
        .execute()
    },
  })
  return index
}
