import { demand, lapse } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { ordersOf, stateLogged } from '../../model/orders.ts'
import { phoneOfAccount } from '../owners/accounts.ts'
import { willOf } from './secret-word.ts'
import { demandUnveiled, forceOf, noteThreat } from './threats.ts'

export const MAX_REQUEST = 1_000
const NO_LOCK = 'no lock of police is in force'

/**
 * The owner asks police to undo a lock, and says why. Nothing is undone: they decide, and his key is needed again.
 * @throws {Refusal} not-found, wrong-state: nothing is locked; malformed, too-large; as `willOf`
 */
export async function requestRelease(
  context: Context,
  account: string,
  said: { readonly device: Uint8Array; readonly text: string; readonly word: string },
): Promise<void> {
  const { db, sequencer, surroundings } = context
  const { device } = said
  const { subject } = await phoneOfAccount(context, account, device)
  const text = said.text.replaceAll('\r\n', '\n').trim()
  demand(text !== '' && !text.includes('\u0000'), 'malformed', 'expected a reason')
  demand(text.length <= MAX_REQUEST, 'too-large', 'a reason without end')
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const { outstanding } = lapse(stateLogged(orders, sequencer.ledger), now)
  demand(outstanding?.act === 'lock', 'wrong-state', NO_LOCK)
  await demandUnveiled(context, subject, NO_LOCK)
  const will = await willOf(context, { ...said, beside: 'session' })
  if (will === 'threatened') await noteThreat(context, { device, act: 'request' })
  const row = { text, at_ms: surroundings.clock() }
  await db
    .insertInto('release_requests')
    .values({
      subject_id: subject.id,
      of_index: outstanding.index,
      force: forceOf(context, outstanding.auth),
      ...row,
    })
    .onConflict((conflict) => conflict.column('of_index').doUpdateSet(row))
    .execute()
}
