import { lapse, type State } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'

/** A phone as its orders say it is at this moment. */
export interface PhoneNow {
  readonly state: State
  /** When the owner's hold ends by itself, ms; null unless one is in force. */
  readonly lapsesAt: number | null
}

/** The phone, its logged orders, and the leaf of the hold or lock in force. */
export async function phoneNow({ db, sequencer }: Context, subjectId: string) {
  const logged = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const folded = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const device = lapse(folded.device, Math.floor(sequencer.now() / 1000))
  const exp = device.state === 'held' ? device.outstanding?.exp : undefined
  const now: PhoneNow = { state: device.state, lapsesAt: exp === undefined ? null : exp * 1000 }
  return { logged, device: now, inForce: device.outstanding }
}
