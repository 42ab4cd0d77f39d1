import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Signer } from '../src/core/index.ts'
import { encodeCarried, parseCarried } from '../src/wire/index.ts'
import { PartsTrade } from './parts-trade.ts'
import { World, type Handset } from './world.ts'

let world: World
let trade: PartsTrade
beforeAll(async () => {
  world = await World.boot()
  trade = new PartsTrade(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    ({ code }: { code: string }) => code,
  )

async function list(after = 0): Promise<Uint8Array | null> {
  const answer = await fetch(`${world.registryUrl}/v1/part-list/${after}`)
  return answer.status === 204 ? null : new Uint8Array(await answer.arrayBuffer())
}

/** The list as of now: one is made every five minutes at most. */
async function newList(): Promise<Uint8Array> {
  await world.settle()
  world.advance(300_000)
  return (await list())!
}

/** On the glass, after a start without any network. */
async function offline({ phone }: Handset) {
  await world.stopRegistry()
  await phone.powerOff()
  await phone.powerOn()
  const screen = phone.screen()!
  await world.startRegistry()
  await world.settle()
  return screen
}

/** A key for one batch of parts, certified by the maker, and from which leaf on it counts. */
async function batchKey(label: string): Promise<Signer> {
  const { maker } = world.founding
  return trade.certify(`zz.maker/${label}`, 'maker', maker.signer, [])
}

test('A16 A20 a phone that carries the list knows a stolen part without any network, and an honest one too', async () => {
  const [stolen, honest, friend, third] = await world.enrol(4)
  await world.lock({ imei: stolen!.imei })
  const bytes = await newList()
  await honest!.phone.parts.takeList(bytes)
  await trade.swap(stolen!, honest!, 'display')
  expect(await offline(honest!)).toMatchObject({
    kind: 'restricted',
    parts: [{ code: 'part-refused', why: 'donor-stolen', authority: 'zz.force' }],
  })
  expect(await codeOf(honest!.phone.parts.pair('display'))).toBe('part-refused')

  // An honest part that is only not paired is never called stolen.
  await trade.put(await trade.spares(['display']), honest!, 'display')
  expect(await offline(honest!)).toMatchObject({ parts: [{ why: 'not-paired' }] })
  await friend!.phone.parts.takeList(bytes)
  await trade.swap(friend!, third!, 'display')
  expect(await offline(friend!)).toMatchObject({ parts: [{ why: 'not-released' }] })
  await trade.swap(friend!, third!, 'display')
  expect(await offline(friend!)).toEqual({ kind: 'home' })
})

test('a list is believed from this registry, whole, of this log, and never an older one', async () => {
  const { phone, dir } = await world.enrolOne()
  const older = await newList()
  const stolen = await world.enrolOne()
  await world.lock({ imei: stolen.imei })
  const newer = await newList()
  expect(newer).not.toEqual(older)
  await phone.parts.takeList(newer)
  expect(await codeOf(phone.parts.takeList(older))).toBe('tree-went-back')
  expect(await codeOf(phone.parts.takeList(newer))).toBe('none')

  const carried = parseCarried(newer)
  const bent = (change: Partial<typeof carried>) =>
    codeOf(phone.parts.takeList(encodeCarried({ ...carried, ...change })))
  const before = parseCarried(older)
  expect(await bent({ list: before.list })).toBe('snapshot-hash')
  expect(await bent({ head: before.head })).toBe('not-included')
  expect(await bent({ checkpoint: before.checkpoint })).toBe('not-included')
  expect(await bent({ certificates: [] })).toBe('chain')
  const unseen = carried.checkpoint.replace(/^— guardian\.[^\n]*\n/m, '')
  expect(await bent({ checkpoint: unseen })).toBe('guardian-quorum')

  // Whoever holds the phone may put the old file back: then it carries none.
  await trade.swap(
    stolen,
    world.handsets.find((one) => one.dir === dir)!,
    'display',
  )
  expect(phone.screen()).toMatchObject({ parts: [{ why: 'donor-stolen' }] })
  const path = join(dir, 'part-list')
  const whole = await readFile(path)
  await writeFile(path, before.list)
  await phone.parts.check()
  expect(phone.screen()).toMatchObject({ kind: 'restricted', parts: [{ why: 'not-paired' }] })
  await writeFile(path, whole)
  await phone.parts.check()
  expect(phone.screen()).toMatchObject({ parts: [{ why: 'donor-stolen' }] })
})

test('a phone asks for a list by itself, once a day, and only for a newer one', async () => {
  const { phone } = await world.enrolOne()
  await newList()
  await phone.parts.fetchListIfDue()
  const { size } = world.running.context.sequencer.published.guarded!.checkpoint
  expect(await list(size)).toBeNull()
})

test('A17 A94 the key of a batch of parts leaks: what it says from that leaf on is void, honest phones go on', async () => {
  const key = await batchKey('batch-1')
  const [early, late, offlineHost] = await world.enrol(3)
  await trade.put(await trade.spares(['display'], key), early!, 'display')
  await early!.phone.parts.pair('display')
  expect(early!.phone.screen()).toEqual({ kind: 'home' })

  // It leaked, and the maker itself, above it, says from where on it is void.
  const from = world.running.context.sequencer.ledger.size
  await trade.distrust(key, world.founding.maker.signer, from)
  const forged = await trade.spares(['display'], key)
  await trade.put(forged, late!, 'display')
  expect(await codeOf(late!.phone.parts.pair('display'))).toBe('part-batch-revoked')
  expect(late!.phone.screen()).toMatchObject({ parts: [{ code: 'part-batch-revoked' }] })

  await offlineHost!.phone.parts.takeList(await newList())
  await trade.put(await trade.spares(['display'], key), offlineHost!, 'display')
  expect(await offline(offlineHost!)).toMatchObject({ parts: [{ code: 'part-batch-revoked' }] })

  // Who was honest before goes on, and may still give the part away.
  await early!.phone.parts.takeList(await newList())
  expect(await offline(early!)).toEqual({ kind: 'home' })
  const given = await early!.phone.parts.release(['display'], early!.ownerKey)
  await trade.swap(early!, late!, 'display')
  await late!.phone.parts.pair('display', given)
  expect(late!.phone.screen()).toEqual({ kind: 'home' })
  await world.audit()
})

test('A94 nobody but the maker’s superiors voids its batch, and a batch key makes no other', async () => {
  const key = await batchKey('batch-2')
  const { force, founding } = world
  const from = world.running.context.sequencer.ledger.size
  expect(await codeOf(trade.distrust(key, force, from))).toBe('signer-set')
  expect(await codeOf(trade.distrust(founding.maker.signer, key, from))).toBe('signer-set')
  expect(await codeOf(trade.certify('zz.maker/batch-2/x', 'maker', key, []))).toBe('chain')
  const foreign = trade.certify('zz.maker/batch-3', 'maker', founding.maker.signer, null)
  expect(await codeOf(foreign)).toBe('scope')
})

test('A20 where no operator takes part: gate, activation and parts need none', async () => {
  await world.stopEdge()
  const [stolen, honest] = await world.enrol(2)
  await world.lock({ imei: stolen!.imei })
  await world.settle()
  await stolen!.phone.sync()
  expect(stolen!.phone.screen()).toMatchObject({ kind: 'stolen' })
  await stolen!.phone.factoryReset('recovery-wipe')
  expect(await codeOf(stolen!.phone.activate())).toBe('activation-refused')
  await trade.swap(stolen!, honest!, 'modem')
  expect(await codeOf(honest!.phone.parts.pair('modem'))).toBe('part-refused')
  expect(honest!.phone.screen()).toMatchObject({ parts: [{ why: 'donor-stolen' }] })
})
