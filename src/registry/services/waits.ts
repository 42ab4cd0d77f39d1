import type { Transaction } from 'kysely'
import {
  Refusal,
  cancelled,
  confirmed,
  demand,
  demandReady,
  requested,
  stageOf,
  tacOf,
  type Factor,
  type Imei14,
  type WaitStage,
  type WaitTimes,
  type WaitingAct,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import {
  askWitnesses,
  rowOf,
  updateWait,
  waitTimes,
  waitsOf,
  type DeviceWaits,
  type KnownWait,
} from '../model/waits.ts'
import { tell } from './notices.ts'

const DAY = 86_400_000
const KEPT_MS = 90 * DAY
/** Requests of one phone within a day. */
const MOST_A_DAY = 24

/** Where an owner's request stands. Times in ms. */
export interface WaitStatus {
  readonly id: string
  readonly act: WaitingAct
  readonly stage: WaitStage
  readonly requestedAt: number
  readonly readyAt: number | null
}

/**
 * The first factor of an act that waits. A second request takes the place of the first, and is never
 * ready before it would have been.
 * @param wanted.id of the request that brings it: a repeated one finds what it began
 * @throws {Refusal} attestation-needed, wrong-state: held or locked, proof-too-weak, rate-limited,
 * idempotency-key-reused
 */
export function requestAct(
  context: Context,
  wanted: {
    readonly id: string
    /** Thumbprint of the dak. */
    readonly device: Uint8Array
    readonly act: WaitingAct
    readonly first: Factor
  },
): Promise<WaitStatus> {
  const { id, device, ...rest } = wanted
  const now = context.sequencer.now()
  const times = waitTimes(context.sequencer)
  return inTransaction(context.db, async (trx) => {
    const { newest, isFree, lastOrder, numbers } = await waitsOf(trx, context, device)
    if (newest?.id === id) return statusOf(newest, times)
    await demandRoom(trx, { id, device, now })
    demand(isFree, 'wrong-state', 'a held or locked phone waits for nothing')
    const chosen = chosenWait(context, numbers, wanted.act)
    const { wait, before } = requested(newest, { ...rest, chosen, afterOrder: lastOrder }, times)
    if (newest && before) await updateWait(trx, newest, { ...newest, end: before.end })
    const kept: KnownWait = { ...wait, id, no: (newest?.no ?? 0) + 1, second: null }
    await trx.insertInto('waits').values(rowOf(device, kept)).execute()
    await tell(context, trx, { device, what: 'requested', act: kept.act, readyAt: null })
    return statusOf(kept, times)
  })
}

/**
 * The second factor, from elsewhere: from now on the delay runs.
 * @throws {Refusal} not-found, proof-too-weak, second-factor-needed, reset-cancelled, transfer-cancelled,
 * wrong-state: it was confirmed before
 */
export function confirmAct(
  context: Context,
  by: { readonly device: Uint8Array; readonly act: WaitingAct; readonly second: Factor },
): Promise<WaitStatus> {
  const { device, act, second } = by
  const times = waitTimes(context.sequencer)
  return inTransaction(context.db, async (trx) => {
    const newest = ofAct(await waitsOf(trx, context, device), act)
    const kept: KnownWait = { ...newest, ...confirmed(newest, second, times), second }
    await updateWait(trx, newest, kept)
    await tell(context, trx, { device, what: 'waiting', act, readyAt: kept.readyAt })
    return statusOf(kept, times)
  })
}

/**
 * Stops whatever waits, on any proof at all: the caller has seen one.
 * @throws {Refusal} not-found, wrong-state: nothing is waiting
 */
export function cancelAct(
  context: Context,
  { device }: { readonly device: Uint8Array },
): Promise<WaitStatus> {
  const times = waitTimes(context.sequencer)
  return inTransaction(context.db, async (trx) => {
    const { newest } = await waitsOf(trx, context, device)
    demand(newest !== null, 'not-found', 'nothing was asked for')
    const kept: KnownWait = { ...newest, ...cancelled(newest, times) }
    await updateWait(trx, newest, kept)
    await tell(context, trx, { device, what: 'cancelled', act: kept.act, readyAt: null })
    return statusOf(kept, times)
  })
}

/**
 * The request whose time has come.
 * @throws {Refusal} not-found, second-factor-needed, reset-pending, transfer-pending (with
 * `readyAtSeconds`), reset-cancelled, transfer-cancelled
 */
export async function readyAct(
  context: Context,
  { device, act }: { readonly device: Uint8Array; readonly act: WaitingAct },
): Promise<WaitStatus> {
  const { db, sequencer } = context
  const find = () =>
    inTransaction(db, async (trx) => ofAct(await waitsOf(trx, context, device), act))
  let newest = await find()
  // An order may have come meanwhile.
  if (await askWitnesses(context, newest)) newest = await find()
  const times = waitTimes(sequencer)
  demandReady(newest, times)
  return statusOf(newest, times)
}

/**
 * Marks it done, in the transaction of what was done: `alongside` an entry of the log too, where
 * nothing may be refused any more. Once.
 */
export async function markDone(
  context: Context,
  trx: Transaction<Schema>,
  { device, id }: { readonly device: Uint8Array; readonly id: string },
): Promise<void> {
  const row = await trx
    .updateTable('waits')
    .set({ ended: 'done', ended_ms: context.sequencer.now() })
    .where('id', '=', id)
    .where('ended', 'is', null)
    .returning('act')
    .executeTakeFirst()
  if (row === undefined) return
  await tell(context, trx, { device, what: 'done', act: row.act, readyAt: null })
}

/** The newest request about a device; null where there never was one. @throws {Refusal} attestation-needed */
export function waitingAct(context: Context, device: Uint8Array): Promise<WaitStatus | null> {
  const times = waitTimes(context.sequencer)
  return inTransaction(context.db, async (trx) => {
    const { newest } = await waitsOf(trx, context, device)
    return newest && statusOf(newest, times)
  })
}

/** What nobody can act on any more, and whom it was told, is forgotten after 90 days. */
export async function forgetWaits({ db, sequencer }: Context): Promise<void> {
  const before = BigInt(sequencer.now() - KEPT_MS)
  await db.deleteFrom('waits').where('requested_ms', '<', before).execute()
  await db.deleteFrom('notices').where('at_ms', '<', before).execute()
}

/**
 * A phone's own key asks for free, and each request leaves rows. @throws {Refusal} rate-limited,
 * idempotency-key-reused: of an older request
 */
async function demandRoom(
  trx: Transaction<Schema>,
  { id, device, now }: { readonly id: string; readonly device: Uint8Array; readonly now: number },
): Promise<void> {
  const recent = await trx
    .selectFrom('waits')
    .select(['id', 'requested_ms'])
    .where('device_id', '=', device)
    .where((eb) => eb.or([eb('requested_ms', '>', BigInt(now - DAY)), eb('id', '=', id)]))
    .orderBy('no')
    .execute()
  const isNew = recent.every((row) => row.id !== id)
  demand(isNew, 'idempotency-key-reused', 'this key began an earlier request')
  if (recent.length < MOST_A_DAY) return
  const seconds = Math.ceil((Number(recent[0]!.requested_ms) + DAY - now) / 1000)
  throw new Refusal('rate-limited', `at most ${MOST_A_DAY} requests a day`, {
    retryAfterSeconds: seconds,
  })
}

/** What the maker of its model chose; a handover has its own time. */
export function chosenWait(
  { waits }: Context,
  numbers: readonly Imei14[],
  act: WaitingAct,
): number | undefined {
  if (act === 'transfer') return undefined
  const chosen = numbers.flatMap((imei) => waits.get(tacOf(imei)) ?? [])
  return chosen.length > 0 ? Math.max(...chosen) : undefined
}

/** The newest request, if it is for this act and the phone is free. */
function ofAct({ newest, isFree }: DeviceWaits, act: WaitingAct): KnownWait {
  demand(newest?.act === act, 'not-found', 'this was not asked for')
  // A lock can come back without a new order, when its release becomes void.
  if (!isFree && newest.end === null)
    throw new Refusal(
      act === 'transfer' ? 'transfer-cancelled' : 'reset-cancelled',
      'the phone is held or locked',
    )
  return newest
}

function statusOf(wait: KnownWait, times: WaitTimes): WaitStatus {
  const { id, act, requestedAt, readyAt } = wait
  return { id, act, stage: stageOf(wait, times), requestedAt, readyAt }
}
