import { lapse, type Imei14, type State } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { ordersOf, stateLogged } from './orders.ts'
import { subjectIdsFor } from './subjects.ts'

const LOCKED: ReadonlySet<State> = new Set<State>(['stolen', 'recovered', 'retired'])

/** What keeps a number out of every network, of the device under it or of the bare number; null: nothing. */
export async function lockedState(
  { db, sequencer }: Pick<Context, 'db' | 'sequencer'>,
  imei: Imei14,
): Promise<State | null> {
  const orders = await ordersOf(db, await subjectIdsFor(db, imei))
  const now = Math.floor(sequencer.now() / 1000)
  const states = [...orders.values()].map(
    (known) => lapse(stateLogged(known, sequencer.ledger), now).state,
  )
  return states.find((state) => LOCKED.has(state)) ?? null
}
