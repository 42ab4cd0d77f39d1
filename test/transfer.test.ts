import { expect, test } from 'vitest'
import {
  answerDispute,
  handoverStatus,
  offerPhone,
  purchaseProof,
  takePhone,
} from '../src/cli/clients/transfers.ts'
import { signDraft } from '../src/cli/clients/drafts.ts'
import { OwnerWaits, stopByCard } from '../src/cli/clients/owner-waits.ts'
import { Owner } from '../src/cli/clients/owner.ts'
import { approveOwnerKey, proposeOwnerKey } from '../src/cli/clients/owner-keys.ts'
import type { Signer } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { findByImei } from '../src/registry/model/subjects.ts'
import { verifySale } from '../src/wire/index.ts'
import { ask } from './ask.ts'
import { describeOnEachEngine } from './database.ts'
import { PartsTrade } from './parts-trade.ts'
import { codeOfWork as codeOf } from './vectors/outcome.ts'
import { World, type Handset } from './world.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const newKey = (): Signer => generateEs256().signer

/** Seller, phone and buyer of one handover. */
class Sale {
  readonly world: World
  readonly phone: Handset
  readonly device: Uint8Array
  readonly buyer = newKey()

  private constructor(world: World, phone: Handset, device: Uint8Array) {
    this.world = world
    this.phone = phone
    this.device = device
  }

  static async of(world: World, phone: Handset): Promise<Sale> {
    const subject = await findByImei(world.database.db, phone.imei)
    return new Sale(world, phone, subject!.ids.dak!)
  }

  /** On the phone: its first factor. */
  ask() {
    return this.phone.phone.ask('transfer', { passcode: true, biometric: false })
  }

  offer(by = this.phone.ownerKey) {
    return offerPhone(this.world.registryUrl, this.device, by, this.world.surroundings)
  }

  take(code: string, by = this.buyer) {
    return takePhone(this.world.registryUrl, code, by)
  }

  /** The whole of it. @returns the buyer's card */
  async sell(by = this.phone.ownerKey): Promise<{ card: string; index: number }> {
    await this.ask()
    const { code } = await this.offer(by)
    await this.world.pass(HOUR_MS)
    const { card, index } = await this.take(code)
    await this.world.settle()
    return { card: card!, index }
  }

  async isReady(): Promise<boolean> {
    const body = { imei: this.phone.imei }
    return (await ask(this.world, { path: '/v1/checks', body })).json['readyForHandover'] as boolean
  }

  report(card: string) {
    return ask(this.world, { path: '/v1/reports', body: { card, why: 'theft' } })
  }
}

describeOnEachEngine('a change of owner', (open) => {
  test('O7 a phone is sold: prepared an hour before, handed over in one step, proved to anybody', async () => {
    await using world = await World.boot({ database: await open() })
    const handset = await world.enrolOne()
    const sale = await Sale.of(world, handset)
    expect(await codeOf(sale.offer())).toBe('not-found')
    await sale.ask()
    const { code, stage, readyAt } = await sale.offer()
    expect(stage).toBe('pending')
    expect(Date.parse(readyAt!) - world.surroundings.clock()).toBeGreaterThan(HOUR_MS - 60_000)
    expect(await handoverStatus(world.registryUrl, code)).toMatchObject({ stage: 'pending' })
    expect(await sale.isReady()).toBe(false)
    expect(await codeOf(sale.take(code))).toBe('transfer-pending')

    await world.pass(HOUR_MS)
    expect(await sale.isReady()).toBe(true)
    const { card, index } = await sale.take(code)
    await world.settle()
    expect(await sale.isReady()).toBe(false)
    expect(await handoverStatus(world.registryUrl, code)).toMatchObject({ stage: 'done' })
    // Once: the same buyer hears where it stands, another nothing.
    expect(await sale.take(code)).toEqual({ index, card: null })
    expect(await codeOf(sale.take(code, newKey()))).toBe('transfer-cancelled')

    // The proof says it to whoever has it, and nothing of people or numbers.
    const proof = await purchaseProof(world.registryUrl, card!)
    const shown = verifySale(proof, world.trust)
    expect(shown).toMatchObject({ index, buyer: sale.buyer.key, seller: handset.ownerKey.key })
    expect(shown.dak).toEqual(sale.device)
    expect(shown.treeSize).toBeGreaterThan(index)
    const text = Buffer.from(proof).toString('latin1')
    for (const private_ of [handset.imei, card!, 'Example One'])
      expect(text).not.toContain(private_)

    // The phone takes its new owner by itself, and holds and releases are his.
    await handset.phone.sync()
    expect(await codeOf(handset.phone.takeOwner(proof))).toBe('replay')
    const owner = new Owner(world.registryUrl, card!, sale.buyer)
    const { reference } = await owner.report('theft')
    await world.settle()
    await owner.withdraw(reference)
    await world.audit()
    const { caseId } = await world.lock({ imei: handset.imei })
    await world.audit()
    const draft = await world.first.release(caseId, 'returned', world.force)
    expect(draft.order.okey!.key).toEqual(sale.buyer.key)
    await owner.confirmRelease(reference)
    await world.audit()
  })
})

test('A23 a phone snatched unlocked: the owner hears of it, and his card or hold stops it', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  const thief = newKey()
  // The phone in the hand is one factor; the owner's key is not in it.
  await sale.ask()
  expect(await codeOf(sale.offer(thief))).toBe('owner-key')
  expect(await sale.isReady()).toBe(false)

  // Even with both: the owner stops it from any other channel, and the next one waits a day.
  const first = await sale.offer()
  expect(await codeOf(sale.take(first.code, thief))).toBe('transfer-pending')
  const [told] = await new OwnerWaits(world.registryUrl, handset.ownerKey).phones()
  expect(told!.waiting).toMatchObject({ act: 'transfer', stage: 'pending' })
  expect(told!.notices.map(({ what }) => what)).toEqual(['waiting', 'requested'])
  await stopByCard(world.registryUrl, handset.card)
  await world.pass(2 * HOUR_MS)
  expect(await codeOf(sale.take(first.code, thief))).toBe('transfer-cancelled')
  await sale.ask()
  const second = await sale.offer()
  await world.pass(2 * HOUR_MS)
  expect(await codeOf(sale.take(second.code, thief))).toBe('transfer-pending')
  await handset.owner.report('robbery')
  await world.pass(DAY_MS)
  await world.settle()
  expect(await codeOf(sale.take(second.code, thief))).toBe('transfer-cancelled')
  expect(await codeOf(sale.ask())).toBe('wrong-state')
  expect(await handset.phone.sync()).toMatchObject({ refused: [] })
  const device = await findByImei(world.database.db, handset.imei)
  expect(device!.owner).toEqual(handset.ownerKey.key)
  await world.audit()
})

test('A16 A23 a phone with a part of another one in it is handed to nobody: paired or taken out first', async () => {
  await using world = await World.boot()
  const trade = new PartsTrade(world)
  const [handset, stolen] = (await world.enrol(2)) as [Handset, Handset]
  const sale = await Sale.of(world, handset)
  await sale.ask()
  const { code, partsBound } = await sale.offer()
  expect(partsBound).toBe(true)
  await world.pass(HOUR_MS)
  expect(await sale.isReady()).toBe(true)

  // The seller's good display goes elsewhere; one off a stolen phone comes in its place.
  await world.lock({ imei: stolen.imei })
  await trade.swap(handset, stolen, 'display')
  await handset.phone.sync()
  expect(await sale.isReady()).toBe(false)
  expect(await handoverStatus(world.registryUrl, code)).toMatchObject({ partsBound: false })
  expect(await codeOf(sale.take(code))).toBe('parts-unbound')
  expect(await codeOf(handset.phone.parts.pair('display'))).toBe('part-refused')
  expect(await codeOf(sale.take(code))).toBe('parts-unbound')
  // What is in it counts, not what was said of it before.
  await trade.swap(handset, stolen, 'display')
  await handset.phone.sync()
  expect(await sale.isReady()).toBe(true)
  expect(await codeOf(sale.take(code))).toBe('accepted')
  await world.audit()
})

test('A16 A23 a part that was given away and put back is not sold with its first phone', async () => {
  await using world = await World.boot()
  const trade = new PartsTrade(world)
  const [handset, host] = (await world.enrol(2)) as [Handset, Handset]
  const given = await handset.phone.parts.release(['display'], handset.ownerKey)
  await trade.swap(handset, host, 'display')
  await host.phone.parts.pair('display', given)
  await trade.swap(handset, host, 'display')
  await handset.phone.sync()
  const sale = await Sale.of(world, handset)
  await sale.ask()
  const { code } = await sale.offer()
  await world.pass(HOUR_MS)
  expect(await sale.isReady()).toBe(false)
  expect(await codeOf(sale.take(code))).toBe('parts-unbound')
  await world.audit()
})

test('A38 an ex-owner reports the phone he sold: no hold, police see the sale, its holder is heard', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  const { card, index } = await sale.sell()
  const { size } = world.running.context.sequencer.ledger

  const refused = await sale.report(handset.card)
  expect(refused).toMatchObject({ status: 403, code: 'proof-too-weak' })
  const reference = (refused.json['facts'] as { dispute: string }).dispute
  expect(await sale.report(handset.card)).toMatchObject({ json: { facts: { dispute: reference } } })
  expect(await codeOf(handset.owner.withdraw(reference))).toBe('not-found')
  expect(world.running.context.sequencer.ledger.size).toBe(size)
  expect(await world.probe.ask(handset.imei)).toBe('WHITELISTED')

  const { id } = await world.first.openCase({ crimeReference: 'W/1', why: 'theft', reference })
  expect((await world.first.case(id)).sales).toMatchObject([
    { index, dispute: { reference, why: 'theft', statement: null } },
  ])
  expect(await codeOf(world.first.propose(id))).toBe('holder-not-heard')
  const said = 'Bought in a shop, here is the receipt.'
  await answerDispute(world.registryUrl, card, said)
  expect(await codeOf(answerDispute(world.registryUrl, card, said))).toBe('not-found')
  expect((await world.first.case(id)).sales[0]!.dispute!.statement).toBe(said)
  // Heard: whether to lock is police's to decide.
  expect(await codeOf(world.first.propose(id))).toBe('accepted')

  // The holder's own report is as good as ever; two weeks later the ex-owner is a stranger.
  const owner = new Owner(world.registryUrl, card, sale.buyer)
  const held = await owner.report('theft')
  expect(held.state).toBe('held')
  await owner.withdraw(held.reference)
  await world.pass(14 * DAY_MS + HOUR_MS)
  await world.settle()
  const late = await sale.report(handset.card)
  expect(late).toMatchObject({ status: 403, code: 'proof-too-weak' })
  expect(late.json['facts']).toBeUndefined()
  await world.audit()
})

test('the former key and card are strangers at once: nothing of the old owner opens anything', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  const before = await handset.owner.report('theft')
  await handset.owner.withdraw(before.reference)
  const { card } = await sale.sell()
  const { owner } = handset
  for (const work of [owner.status(before.reference), owner.confirmRelease(before.reference)])
    expect(await codeOf(work)).toBe('not-found')
  await sale.ask()
  expect(await codeOf(sale.offer())).toBe('owner-key')
  // The seller's hold was spent; the buyer's is not.
  expect((await sale.report(card)).json).toMatchObject({ state: 'held' })
  await world.audit()
})

test('a sale is undone by both keys, and by nothing less; a phone that heard of neither is right', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  await sale.sell()
  await sale.ask()
  const back = await sale.offer(sale.buyer)
  await world.pass(HOUR_MS)
  expect(await codeOf(sale.take(back.code, handset.ownerKey))).toBe('accepted')
  await world.settle()
  expect(await handset.phone.sync()).toEqual({ obeyed: 0, refused: [] }) // it never knew another owner
  await sale.ask()
  const third = await sale.offer()
  await world.pass(HOUR_MS)
  await sale.take(third.code, newKey())
  await world.settle()
  expect(await handset.phone.sync()).toEqual({ obeyed: 1, refused: [] })
  await world.audit()
})

test('nothing is sold while held, stolen or recovered: refused at the request, and at the handover', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  await sale.ask()
  const { code } = await sale.offer()
  await world.pass(HOUR_MS)
  const { reference } = await handset.owner.report('theft')
  expect(await codeOf(sale.take(code))).toBe('transfer-cancelled')
  expect(await codeOf(sale.ask())).toBe('wrong-state')
  await handset.owner.withdraw(reference)
  expect(await codeOf(sale.take(code))).toBe('transfer-cancelled')
  const { caseId } = await world.lock({ imei: handset.imei })
  expect(await codeOf(sale.ask())).toBe('wrong-state')
  await world.first.found(caseId, 'EX/1', 'ZZ', world.force)
  expect(await codeOf(sale.ask())).toBe('wrong-state')
  await world.audit()
})

test('sold under threat: police lock at once and give the former key its phone back', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  await sale.sell()
  await handset.phone.sync()
  const refused = await sale.report(handset.card)
  const reference = (refused.json['facts'] as { dispute: string }).dispute
  const { id } = await world.first.openCase({ crimeReference: 'W/2', why: 'robbery', reference })
  await world.first.propose(id)
  await world.second.approve(await world.second.waiting(id, 'lock'), world.force)
  await world.audit()
  expect(handset.phone.screen()?.kind).toBe('stolen')

  const [first, second] = world.founding.officers.map(({ signer }) => signer) as [Signer, Signer]
  const at = { caseId: id, basis: 'counter', officer: first, owner: handset.ownerKey } as const
  await proposeOwnerKey(world.first, at)
  await approveOwnerKey(world.second, { caseId: id, officer: second, force: world.force })
  const release = async (by: Signer) => {
    const draft = await world.first.release(id, 'returned', world.force)
    const signatures = [signDraft(draft, 1, by)]
    return ask(world, { path: '/v1/signatures', body: { signatures } })
  }
  expect(await release(handset.ownerKey)).toMatchObject({ code: 'owner-key' })
  await world.pass(7 * DAY_MS + 60_000)
  expect((await release(handset.ownerKey)).json['results']).toMatchObject([{ state: 'logged' }])
  await world.audit()
  // Key, card and phone are his again, and the robber's offer or card is nobody's.
  expect((await sale.report(handset.card)).json).toMatchObject({ state: 'held' })
  await world.audit()
})

test('after 14 days a former key is a stranger at the police counter', async () => {
  await using world = await World.boot()
  const handset = await world.enrolOne()
  const sale = await Sale.of(world, handset)
  await sale.sell()
  await world.pass(14 * DAY_MS + HOUR_MS)
  const { caseId } = await world.lock({ imei: handset.imei })
  const officer = world.founding.officers[0]!.signer
  const at = { caseId, basis: 'counter', officer, owner: handset.ownerKey } as const
  expect(await codeOf(proposeOwnerKey(world.first, at))).toBe('proof-too-weak')
})
