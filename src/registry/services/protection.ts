import type { Transaction } from 'kysely'
import {
  Refusal,
  batchPayload,
  coseSign,
  protectionRecord,
  saltedRecord,
  stageOf,
  thumbprint,
  type Eat,
  type WaitingAct,
} from '../../core/index.ts'
import { leafHash } from '../../log/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { waitTimes, waitsOf } from '../model/waits.ts'
import { markDone } from './waits.ts'

/**
 * Logs that a phone's protection is off, or on again, in a batch of its own under a fresh salt. Returns
 * once it is public: a phone is never less protected than the log says.
 */
export async function recordProtection(
  { keys, sequencer, surroundings }: Pick<Context, 'keys' | 'sequencer' | 'surroundings'>,
  device: Uint8Array,
  isOn: boolean,
): Promise<void> {
  const salt = surroundings.random(32)
  const root = leafHash(saltedRecord(salt, protectionRecord(device, isOn)))
  await sequencer.submit({
    kind: 'batch',
    body: coseSign(
      'application/stolen-batch+cbor',
      batchPayload({ type: 'enrolments', count: 1, root }),
      [keys.registry],
    ),
    alongside: async (trx, { index }) => {
      const row = { log_index: index, device_id: device, is_on: isOn, salt }
      await trx.insertInto('protection_changes').values(row).execute()
      await trx
        .updateTable('devices')
        .set({ unprotected_index: isOn ? null : index })
        .where('id', '=', device)
        .execute()
    },
  })
}

/**
 * Listens to what a phone attests of its own protection. Off, as allowed: the wait is done. On, where
 * the log says off: it was switched on again, unless the ticket is still on its way.
 */
export async function noteProtection(
  context: Context,
  { dak, isProtected }: Pick<Eat, 'dak' | 'isProtected'>,
  isOffInLog: boolean,
): Promise<void> {
  if (!isOffInLog) return
  // A log that takes no entries now must not keep a phone from its orders: it will say so again.
  await passedOver(context, () => noteChange(context, { dak, isProtected }))
}

async function noteChange(
  context: Context,
  { dak, isProtected }: Pick<Eat, 'dak' | 'isProtected'>,
): Promise<void> {
  const device = thumbprint(dak)
  const isAllowed = await inTransaction(context.db, (trx) =>
    endIfReady(context, trx, { device, act: 'unprotect', isDone: !isProtected }),
  )
  if (isProtected && !isAllowed) await recordProtection(context, device, true)
}

/** A phone that is set up anew was erased: where its owner had waited for that, it is done. */
export async function noteSetUp(context: Context, device: Uint8Array): Promise<void> {
  const about = { device, act: 'reset', isDone: true } as const
  await passedOver(context, () =>
    inTransaction(context.db, (trx) => endIfReady(context, trx, about)),
  )
}

async function passedOver({ logger }: Context, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    logger.warn({ code: error.code }, 'what a phone attests was not noted')
  }
}

/** @returns whether the device may do this act now */
async function endIfReady(
  context: Context,
  trx: Transaction<Schema>,
  about: { readonly device: Uint8Array; readonly act: WaitingAct; readonly isDone: boolean },
): Promise<boolean> {
  const { device, act, isDone } = about
  const { newest } = await waitsOf(trx, context, device)
  if (newest?.act !== act || stageOf(newest, waitTimes(context.sequencer)) !== 'ready') return false
  if (isDone) await markDone(context, trx, { device, id: newest.id })
  return true
}
