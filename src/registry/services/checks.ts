import {
  askedCommitment,
  demand,
  lapse,
  signCheck,
  stateInForce,
  verifyCheck,
  type Asked,
  type SignedCheck,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { ordersOf } from '../model/orders.ts'
import { subjectIdsOfPhone } from '../model/subjects.ts'
import { isReadyForHandover } from './handovers.ts'
import { faultOf } from '../fault.ts'
import { noteSighting } from './sightings.ts'

/** What anybody may know: a word, and as of which state of the log. No owner, no time, no place. */
export interface CheckAnswer {
  readonly state: State
  readonly treeSize: number
  /** Its owner gives it away, and a buyer who has his code can take it now. */
  readonly isReadyForHandover: boolean
  /** Unix seconds. */
  readonly at: number
  /** All of this, signed; it names the number by a commitment only. */
  readonly signed: Uint8Array
}

const SALT_BYTES = 16

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
export async function check(context: Context, what: Asked): Promise<CheckAnswer> {
  const { country, db, sequencer } = context
  const found = await subjectIdsOfPhone(db, what)
  // Nobody is looked up as well: a number never heard of takes no less work.
  const ids = found.length > 0 ? found : [NOBODY]
  const orders = await ordersOf(db, ids)
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
  const isReady = await isReadyForHandover(context, ids)
  return signedAnswer(context, what, { state, isReady: isReady && state === 'protected' })
}

/** @throws {Refusal} unavailable: nothing is published yet that an answer could rest on */
function signedAnswer(
  { keys, sequencer, surroundings }: Context,
  what: Asked,
  { state, isReady }: { readonly state: State; readonly isReady: boolean },
): CheckAnswer {
  const { newest } = sequencer.published
  demand(newest !== null, 'unavailable', 'no checkpoint yet')
  const { origin, size, root } = newest.checkpoint
  const salt = surroundings.random(SALT_BYTES)
  const answer = {
    state,
    isReadyForHandover: isReady,
    treeSize: size,
    at: Math.floor(surroundings.clock() / 1000),
  }
  const asked = askedCommitment(salt, what)
  const signed = signCheck({ ...answer, log: origin, salt, asked, root }, keys.registry)
  return { ...answer, signed }
}

/**
 * What an answer of ours says, whoever brings it back. @throws {Refusal} not an answer of a certified registry: the
 * codes of `verifyCheck` · log-unknown: of another log, or of a larger tree than there is
 */
export function readAnswer({ sequencer, trust }: Context, bytes: Uint8Array): SignedCheck {
  const said = verifyCheck(bytes, sequencer.ledger.authorities, trust.verify.es256)
  const { newest } = sequencer.published
  const isOurs = said.log === newest?.checkpoint.origin && said.treeSize <= newest.checkpoint.size
  demand(isOurs, 'log-unknown', 'an answer of another log')
  return said
}
