import {
  Refusal,
  TICKET_SECONDS,
  demand,
  kidOf,
  signResetTicket,
  type OwnerRequest,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { chainDocuments } from '../model/bundles.ts'
import { ordersOf, stillToObey } from '../model/orders.ts'
import { subjectForDevice } from '../model/subjects.ts'
import { recordProtection } from './protection.ts'
import { readyAct } from './waits.ts'

/** What lets a phone do what its owner waited for. */
export interface Ticket {
  readonly ticket: Uint8Array
  readonly certificates: readonly Uint8Array[]
}

/**
 * The first factor once more, after the wait. A ticket that got lost is given again while the request is
 * ready: what was done is known when the phone says so itself, protection off or set up anew.
 * @throws {Refusal} malformed, not-found, second-factor-needed, reset-pending, reset-cancelled,
 * counter-went-back, unavailable
 */
export async function giveTicket(
  context: Context,
  { act, device, nonce, ctr }: OwnerRequest,
): Promise<Ticket> {
  const { db, keys, sequencer } = context
  demand(device !== null && ctr !== null, 'malformed', 'a phone names itself and its counter')
  if (act !== 'reset' && act !== 'unprotect')
    throw new Refusal('malformed', 'a phone does no such act by itself')
  // A database that may be older than the log may also not know that it was stopped.
  demand(sequencer.halted === null, 'unavailable', 'the registry is not sure of its own data')
  await readyAct(context, { device, act })
  const { id } = await subjectForDevice(db, device)
  const orders = (await ordersOf(db, [id])).get(id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const missed = stillToObey(orders, ctr, now)
  demand(missed.length === 0, 'counter-went-back', 'the phone has orders to take first')
  if (act === 'unprotect') {
    const { unprotected_index: off } = await db
      .selectFrom('devices')
      .select('unprotected_index')
      .where('id', '=', device)
      .executeTakeFirstOrThrow()
    if (off === null) await recordProtection(context, device, false)
  }
  const signer = keys.registry
  const link = sequencer.ledger.authorities.signer(
    kidOf(signer.key),
    sequencer.now(),
    sequencer.ledger.size,
  )
  const ticket = signResetTicket(
    { act, dak: device, nonce, ctr, exp: now + TICKET_SECONDS },
    signer,
  )
  return { ticket, certificates: chainDocuments([link]) }
}
