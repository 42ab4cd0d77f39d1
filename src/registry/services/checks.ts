import { lapse, stateInForce, type Imei14, type State } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { ordersOf } from '../model/orders.ts'
import { subjectIdsFor } from '../model/subjects.ts'
import { faultOf } from '../fault.ts'
import { noteSighting } from './sightings.ts'

/** What anybody may know: a word, and as of which state of the log. No owner, no time, no place. */
export interface CheckAnswer {
  readonly state: State
  readonly treeSize: number
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

const WEIGHT: Readonly<Record<State, number>> = {
  protected: 0,
  held: 1,
  recovered: 2,
  stolen: 3,
  retired: 4,
}

/**
 * The public check. A number nobody knows and one that is protected get the same answer. A hit is a
 * sighting: whoever checks has the phone before them.
 */
export async function check(
  context: Context,
  what: { readonly imei: Imei14 } | { readonly serial: string },
): Promise<CheckAnswer> {
  const { country, db, sequencer } = context
  const ids = await subjectIdsFor(db, what)
  // Nobody's orders are looked up as well: a number never heard of takes no less work.
  const orders = await ordersOf(db, ids.length > 0 ? ids : [NOBODY])
  const now = Math.floor(sequencer.now() / 1000)
  const frontiers = frontiersOf(sequencer.published)
  let worst: { readonly subjectId: string; readonly state: State } | null = null
  for (const [id, list] of orders) {
    const { state } = lapse(stateInForce(list, frontiers, sequencer.ledger), now)
    if (worst === null || WEIGHT[state] > WEIGHT[worst.state]) worst = { subjectId: id, state }
  }
  const state = worst?.state ?? 'protected'
  if (worst && state !== 'protected') {
    const { subjectId } = worst
    // Not waited for: a hit must take no longer than a miss.
    noteSighting(context, { subjectId, how: 'check', verdict: state, country }).catch(
      (error: unknown) =>
        context.logger.error({ err: faultOf(error) }, 'a sighting could not be kept'),
    )
  }
  return { state, treeSize: sequencer.published.newest?.checkpoint.size ?? 0 }
}
