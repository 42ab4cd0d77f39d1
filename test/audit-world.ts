import { expect } from 'vitest'
import { lapse, stateInForce, type Imei14, type State } from '../src/core/index.ts'
import { verifyEd25519 } from '../src/host/index.ts'
import { auditLog } from '../src/log/index.ts'
import type { Context } from '../src/registry/index.ts'
import { frontiersOf } from '../src/registry/log/published.ts'
import { ordersOf } from '../src/registry/model/orders.ts'
import { findByImei } from '../src/registry/model/subjects.ts'
import type { World } from './world.ts'

/** What the register says of each state. */
const WORD: Readonly<Record<State, string>> = {
  protected: 'WHITELISTED',
  held: 'GREYLISTED',
  stolen: 'BLACKLISTED',
  recovered: 'BLACKLISTED',
  retired: 'BLACKLISTED',
}

/** By the orders that are in force under the quorums there are. */
export async function foldedState({ db, sequencer }: Context, imei: Imei14): Promise<State> {
  const subject = await findByImei(db, imei)
  if (!subject) return 'protected'
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const state = stateInForce(orders, frontiersOf(sequencer.published), sequencer.ledger)
  return lapse(state, Math.floor(sequencer.now() / 1000)).state
}

/** Everything published, looked at from outside: the log whole, register and phones as folded. */
export async function auditWorld(world: World): Promise<void> {
  await world.settle()
  const read = async (path: string) => {
    const answer = await fetch(`${world.registryUrl}/log/${path}`)
    return answer.status === 404 ? null : new Uint8Array(await answer.arrayBuffer())
  }
  const { context } = world.running
  const { checkpoint } = await auditLog({ policy: world.trust.plain, verify: verifyEd25519, read })
  expect(checkpoint.size).toBe(context.sequencer.ledger.size)
  for (const { phone, imei } of world.handsets) {
    const state = await world.stateOf(imei)
    // A hold that has just lapsed lapses there with the next checkpoint.
    if (world.edge) await world.until(async () => (await world.probe.ask(imei)) === WORD[state])
    await phone.sync()
    const kind = phone.screen()?.kind
    const isFree = kind === 'home' || kind === 'activation-needed' || kind === 'restricted'
    expect(isFree ? 'protected' : kind).toBe(state)
  }
}
