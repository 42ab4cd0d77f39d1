import { afterEach, beforeEach, expect, it } from 'vitest'
import { thumbprint, type Signer } from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import type { Sold } from './testing/demo-log.ts'
import { Stage, refusalOf } from './testing/stage.ts'

let stage: Stage
const newKey = (): Signer => generateEs256().signer

beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const sell = (buyer: Signer, sold: Partial<Sold> = {}) =>
  stage.log.sell({ buyer, dak: stage.ids.dak!, ...sold })

/** What the phone takes of it. */
async function offered(sold: Partial<Sold> & { readonly buyer?: Signer } = {}): Promise<string> {
  const { proof } = await sell(newKey(), sold)
  return refusalOf(() => stage.phone.takeOwner(proof))
}

/** Whom the phone says it belongs to. */
async function ownerNow(): Promise<Uint8Array | null> {
  await stage.phone.sync()
  return stage.registry.eats.at(-1)!.owner
}

const isOwner = async (key: Signer) => expect(await ownerNow()).toEqual(thumbprint(key.key))

it('belongs to the buyer of a public sale that its owner signed, still after a reboot', async () => {
  const [buyer, next] = [newKey(), newKey()]
  const first = await sell(buyer)
  await stage.phone.takeOwner(first.proof)
  await stage.reboot()
  await isOwner(buyer)
  const second = await sell(next, { seller: buyer })
  await stage.phone.takeOwner(second.proof)
  await isOwner(next)
})

it('A23 is nobody’s by the registry’s word: not without its owner’s signature', async () => {
  const thief = newKey()
  expect(await offered({ seller: thief })).toBe('owner-key')
  expect(await offered({ offeredBy: thief })).toBe('owner-key')
  expect(await offered({ dak: stage.stranger.dak! })).toBe('not-this-device')
  expect(await offered({ witnesses: 1 })).toBe('witness-quorum')
  expect(await offered({ recorder: stage.log.founding.maker.signer })).toBe('signer-set')
  expect(await offered({ buyer: stage.log.owner })).toBe('signer-set')
  expect(await offered({ change: (it) => ({ ...it, salt: new Uint8Array(32) }) })).toBe('opening')
  await isOwner(stage.log.owner)
})

it('is not sold while held, stolen or retired', async () => {
  const hold = await stage.hold()
  expect(await offered()).toBe('wrong-state')
  const lock = await stage.log.issue('lock', stage.ids, { ctr: 2, of: hold.index })
  await stage.phone.receive(lock.bundle)
  expect(await offered()).toBe('wrong-state')
  const release = await stage.log.issue('release', stage.ids, { ctr: 3, of: lock.index })
  await stage.phone.receive(release.bundle)
  expect(await offered()).toBe('none')
})

it('is not sold twice by one signature, nor by what was signed before it changed hands', async () => {
  const buyer = newKey()
  const away = await sell(buyer)
  const rival = await sell(newKey())
  const back = await sell(stage.log.owner, { seller: buyer })
  await stage.phone.takeOwner(away.proof)
  expect(await refusalOf(() => stage.phone.takeOwner(rival.proof))).toBe('owner-key')
  await stage.phone.takeOwner(back.proof)
  for (const { proof } of [away, rival])
    expect(await refusalOf(() => stage.phone.takeOwner(proof))).toBe('replay')
  await isOwner(stage.log.owner)
})

it('takes a sale that comes after the lock which followed it: its buyer has it released', async () => {
  const buyer = newKey()
  const sale = await sell(buyer)
  const lock = await stage.log.issue('lock', stage.ids, { ctr: 1, owner: buyer })
  await stage.phone.receive(lock.bundle)
  await stage.phone.takeOwner(sale.proof)
  expect(stage.phone.screen()?.kind).toBe('stolen')
  const { forceOrder } = stage.log.founding
  const signers = [forceOrder.signer, buyer]
  const wanted = { ctr: 2, of: lock.index, owner: buyer, signers }
  await stage.phone.receive((await stage.log.issue('release', stage.ids, wanted)).bundle)
  expect(stage.phone.screen()?.kind).toBe('home')
})

it('judges orders and sales of one answer in the order of the log', async () => {
  const buyer = newKey()
  const lock = await stage.log.issue('lock', stage.ids, { ctr: 1 })
  const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: lock.index })
  const sale = await sell(buyer)
  const again = await stage.log.issue('lock', stage.ids, { ctr: 3, owner: buyer })
  stage.registry.bundles = [lock.bundle, release.bundle, again.bundle]
  stage.registry.sales = [sale.proof]
  expect(await stage.phone.sync()).toEqual({ obeyed: 4, refused: [] })
  expect(stage.phone.screen()?.kind).toBe('stolen')
})

it('is not sold away by a sale older than the order that ended in between', async () => {
  const sale = await sell(newKey())
  const lock = await stage.lock()
  const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: lock.index })
  await stage.phone.receive(release.bundle)
  expect(await refusalOf(() => stage.phone.takeOwner(sale.proof))).toBe('replay')
})

it('A92 takes no proof with one byte changed', async () => {
  const { proof } = await sell(newKey())
  for (let at = 0; at < proof.length; at += 97) {
    const bent = proof.slice()
    bent[at]! ^= 1 + (at % 255)
    expect(await refusalOf(() => stage.phone.takeOwner(bent)), `byte ${at}`).not.toBe('none')
  }
  await isOwner(stage.log.owner)
})
