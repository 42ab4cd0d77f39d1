import type { Insertable, Selectable, Transaction } from 'kysely'
import {
  awaitsWitnesses,
  lapse,
  parseImei14,
  stoppedBy,
  type Factor,
  type Imei14,
  type LoggedOrder,
  type Wait,
  type WaitTimes,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { ordersOf, stateLogged } from './orders.ts'
import { subjectForDevice, subjectIdsFor } from './subjects.ts'

/** What time it is for acts that wait: the registry's clock, and what witnesses have said. */
export function waitTimes(sequencer: Context['sequencer']): WaitTimes {
  const { cosignedSeconds } = sequencer.published
  return { clock: sequencer.now(), cosigned: cosignedSeconds * 1000 }
}

/** Asks the witnesses what time it is, where that is all that a wait lacks. @returns whether it was */
export async function askWitnesses(
  { sequencer }: Pick<Context, 'sequencer'>,
  wait: Wait | null,
): Promise<boolean> {
  if (wait === null || !awaitsWitnesses(wait, waitTimes(sequencer))) return false
  await sequencer.cosignAnew()
  return true
}

/** A request with its place among those of its device. */
export interface KnownWait extends Wait {
  readonly id: string
  readonly no: number
  readonly second: Factor | null
}

/** All that counts when an owner's request about a phone is judged. */
export interface DeviceWaits {
  /** The newest; whatever orders did to it is done to it here. */
  readonly newest: KnownWait | null
  /** Neither held nor locked, under any of its numbers. */
  readonly isFree: boolean
  /** Its last order, −1 where there is none. */
  readonly lastOrder: number
  readonly numbers: readonly Imei14[]
}

/**
 * What the rows and the orders say together. That a hold or lock ends a request is folded from the
 * orders at each look: it needs no row, so nobody can forget to write it.
 * @throws {Refusal} attestation-needed: no such device
 */
export async function waitsOf(
  trx: Transaction<Schema>,
  { sequencer }: Pick<Context, 'sequencer'>,
  device: Uint8Array,
): Promise<DeviceWaits> {
  const numbers = await numbersOf(trx, device)
  const orders = await ordersOfPhone(trx, device, numbers)
  const nowSeconds = Math.floor(sequencer.now() / 1000)
  const isFree = orders.every(
    (known) => lapse(stateLogged(known, sequencer.ledger), nowSeconds).state === 'protected',
  )
  const all = orders.flat().toSorted((a, b) => a.index - b.index)
  const times = waitTimes(sequencer)
  const row = await trx
    .selectFrom('waits')
    .selectAll()
    .where('device_id', '=', device)
    .orderBy('no', 'desc')
    .limit(1)
    .executeTakeFirst()
  const kept = row ? waitOf(row) : null
  return {
    newest: kept && { ...kept, ...stoppedBy(kept, all, times) },
    isFree,
    lastOrder: all.at(-1)?.index ?? -1,
    numbers,
  }
}

async function numbersOf(trx: Transaction<Schema>, device: Uint8Array): Promise<Imei14[]> {
  const rows = await trx
    .selectFrom('device_imeis')
    .select('imei14')
    .where('device_id', '=', device)
    .execute()
  return rows.map(({ imei14 }) => parseImei14(imei14))
}

/** Of the device, and of each of its numbers from before it was enrolled. */
async function ordersOfPhone(
  trx: Transaction<Schema>,
  device: Uint8Array,
  numbers: readonly Imei14[],
): Promise<readonly (readonly LoggedOrder[])[]> {
  const ids = new Set([(await subjectForDevice(trx, device)).id])
  for (const imei of numbers) for (const other of await subjectIdsFor(trx, imei)) ids.add(other)
  return [...(await ordersOf(trx, [...ids])).values()]
}

function waitOf(row: Selectable<Schema['waits']>): KnownWait {
  const { id, act, first, second, ended, ended_ms } = row
  return {
    id,
    no: Number(row.no),
    act,
    first,
    second,
    requestedAt: Number(row.requested_ms),
    afterOrder: Number(row.after_order),
    delay: Number(row.delay_ms),
    isAfterCancelled: row.is_after_cancelled,
    notBefore: Number(row.not_before_ms),
    readyAt: row.ready_ms === null ? null : Number(row.ready_ms),
    end: ended === null ? null : { how: ended, at: Number(ended_ms) },
  }
}

export function rowOf(device: Uint8Array, wait: KnownWait): Insertable<Schema['waits']> {
  return {
    id: wait.id,
    device_id: device,
    no: wait.no,
    act: wait.act,
    first: wait.first,
    second: wait.second,
    requested_ms: wait.requestedAt,
    after_order: wait.afterOrder,
    delay_ms: wait.delay,
    is_after_cancelled: wait.isAfterCancelled,
    not_before_ms: wait.notBefore,
    ready_ms: wait.readyAt,
    ended: wait.end?.how ?? null,
    ended_ms: wait.end?.at ?? null,
  }
}

/** Keeps what became of it. */
export async function updateWait(
  trx: Transaction<Schema>,
  { id }: Pick<KnownWait, 'id'>,
  { second, readyAt, end }: Pick<KnownWait, 'second' | 'readyAt' | 'end'>,
): Promise<void> {
  await trx
    .updateTable('waits')
    .set({ second, ready_ms: readyAt, ended: end?.how ?? null, ended_ms: end?.at ?? null })
    .where('id', '=', id)
    .execute()
}
