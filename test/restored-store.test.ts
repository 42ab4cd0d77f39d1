import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Phone } from '../src/device/index.ts'
import { CasePage } from '../src/wire/index.ts'
import { machine } from '../src/host/index.ts'
import { describeOnEachEngine } from './database.ts'
import { World } from './world.ts'

let copies: string
beforeEach(async () => {
  copies = await mkdtemp(join(tmpdir(), 'stolen-mode-copies-'))
})
afterEach(() => rm(copies, { recursive: true, force: true }))

/** The same phone again: what a thief's copy of all its files starts as, or what reads them anew. */
function phoneIn(world: World, dir: string): Phone {
  return new Phone({
    dir,
    registryUrl: world.registryUrl,
    country: 'ZZ',
    surroundings: { ...machine, clock: world.surroundings.clock },
    monotonic: () => performance.now(),
    logger: world.logger,
  })
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { readonly code: string }) => error.code,
  )
const kindOf = (phone: Phone) => phone.screen()?.kind
const reboot = async (phone: Phone) => {
  await phone.powerOff()
  await phone.powerOn()
}

async function caseAbout(world: World) {
  const { items } = await world.first.get('/v1/cases?why=clone', CasePage)
  return Promise.all(items.map(({ id }) => world.first.case(id)))
}

describeOnEachEngine('a secure store put back', (open) => {
  test('A18 behind the log: the floor refuses it, its orders come, and it ends where the log ends', async () => {
    await using world = await World.boot({ database: await open() })
    const handset = await world.enrolOne()
    const { phone, imei, dir } = handset
    const record = join(dir, 'store', 'record')
    await phone.powerOff()
    const free = await readFile(record)
    await phone.powerOn()
    await world.lock({ imei })
    await world.settle()
    await phone.sync()
    expect(kindOf(phone)).toBe('stolen')

    await phone.powerOff()
    await writeFile(record, free)
    await phone.powerOn()
    expect(kindOf(phone)).toBe('home') // of files: docs/spec/device-protocol.md §2 says what that proves
    await phone.factoryReset('recovery-wipe')
    expect(await codeOf(phone.activate())).toBe('activation-refused')
    expect(kindOf(phone)).toBe('stolen')
    await world.audit()
  })

  test('A18 two live stores: the copy is refused, told to police with place and time, and blocks nobody', async () => {
    await using world = await World.boot({ database: await open() })
    const handset = await world.enrolOne()
    const { phone, dir, imei } = handset
    await phone.powerOff()
    const there = join(copies, 'phone')
    await cp(dir, there, { recursive: true })
    // Its owner resets it, as owners do: the registry has seen a later boot than the copy's.
    await phone.powerOn()
    await phone.factoryReset('recovery-wipe')
    await phone.activate()
    expect(kindOf(phone)).toBe('home')
    expect(await caseAbout(world)).toEqual([])

    const copy = phoneIn(world, there)
    await copy.powerOn()
    await copy.factoryReset('recovery-wipe')
    for (let i = 0; i < 2; i++) expect(await codeOf(copy.activate())).toBe('identity-conflict')
    expect(kindOf(copy)).toBe('activation-needed')
    const [about, ...others] = await caseAbout(world)
    expect(others).toEqual([])
    expect(about!.clones).toMatchObject([
      {
        keys: 1,
        signals: [
          { why: 'copied', selfReported: false, places: [{ country: 'ZZ', network: null }] },
        ],
      },
    ])
    expect(about!.sightings).toMatchObject([{ how: 'activation', verdict: 'identity-conflict' }])
    await copy.powerOff()

    // Neither register nor registry takes it out on the owner.
    expect(await world.probe.ask(imei)).toBe('WHITELISTED')
    await phone.factoryReset('recovery-wipe')
    await phone.activate()
    expect(kindOf(phone)).toBe('home')
    await world.audit()
  })

  test('A18 an honest phone: repeated, switched off, wiped, its record or its count lost: never refused', async () => {
    await using world = await World.boot({ database: await open() })
    const { phone, dir } = await world.enrolOne()
    const lives: Readonly<Record<string, (phone: Phone) => Promise<unknown>>> = {
      'asks twice in one boot': (it) => it.activate(),
      'is wiped': (it) => it.factoryReset('recovery-wipe'),
      'is wiped and rebooted': async (it) => {
        await it.factoryReset('recovery-wipe')
        await reboot(it)
      },
      'loses its record': async (it) => {
        await it.powerOff()
        await rm(join(dir, 'store', 'record'))
        await it.powerOn()
      },
      'loses its count': async (it) => {
        await it.powerOff()
        await rm(join(dir, 'store', 'boots'))
        await it.powerOn()
      },
      // What was answered never arrives: the power fails while it asks.
      'is cut off while it asks': async (it) => {
        await it.factoryReset('recovery-wipe')
        const asking = codeOf(it.activate())
        await it.powerOff()
        await asking
        await it.powerOn()
      },
    }
    for (let round = 0; round < 2; round++)
      for (const [life, live] of Object.entries(lives)) {
        await live(phone)
        expect(await codeOf(phone.activate()), life).toBe('accepted')
        expect(kindOf(phone), life).toBe('home')
      }
    expect(await caseAbout(world)).toEqual([])
    await world.audit()
  })
})
