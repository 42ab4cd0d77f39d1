import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Bundle } from '../wire/index.ts'
import { Phone } from './phone.ts'
import { Stage, refusalOf } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

const kind = () => stage.phone.screen()?.kind ?? 'off'
const TEN_YEARS_MS = 10 * 365 * 86_400_000

describe('an order the phone has verified', () => {
  it('begins open, and a hold closes it until its end', async () => {
    expect(kind()).toBe('home')
    const { index } = await stage.hold()
    expect(stage.phone.screen()).toMatchObject({
      kind: 'held',
      authority: 'zz.force/intake',
      index,
      until: stage.log.now + 3600,
    })
  })

  it('lock, found, release: back to an open phone with its data', async () => {
    await writeFile(join(stage.dir, 'storage', 'photo'), 'sea')
    const lock = await stage.lock(1)
    expect(stage.phone.screen()).toMatchObject({
      kind: 'stolen',
      authority: 'zz.force',
      index: lock.index,
    })
    const found = await stage.log.issue('found', stage.ids, { ctr: 2, of: lock.index })
    await stage.phone.receive(found.bundle)
    expect(stage.phone.screen()).toMatchObject({ kind: 'recovered', index: lock.index })
    const release = await stage.log.issue('release', stage.ids, { ctr: 3, of: lock.index })
    await stage.phone.receive(release.bundle)
    expect(kind()).toBe('home')
    await stage.reboot()
    expect(kind()).toBe('home')
    expect(await stage.disk()).toHaveProperty('/storage/photo')
  })

  it('a lock on a held phone replaces the hold', async () => {
    const hold = await stage.hold(1)
    const lock = await stage.log.issue('lock', stage.ids, { ctr: 2, of: hold.index })
    await stage.phone.receive(lock.bundle)
    expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', index: lock.index })
  })

  it('retired is for ever', async () => {
    const retire = await stage.log.issue('retire', stage.ids, { ctr: 1 })
    await stage.phone.receive(retire.bundle)
    expect(stage.phone.screen()).toMatchObject({ kind: 'retired', index: retire.index })
    for (const act of ['hold', 'lock', 'release'] as const) {
      const of = act === 'release' ? { of: retire.index } : {}
      const next = await stage.log.issue(act, stage.ids, { ctr: 2, ...of })
      expect(await refusalOf(() => stage.phone.receive(next.bundle))).toBe('wrong-state')
    }
    await stage.reboot()
    expect(kind()).toBe('retired')
  })

  it('A01 a lock that waited behind foil far beyond its exp is obeyed', async () => {
    const lock = stage.log.order('lock', stage.ids, { ctr: 1 })
    stage.log.now += 400 * 86_400
    await stage.phone.receive(await stage.log.bundle(lock))
    expect(kind()).toBe('stolen')
  })

  it('is not obeyed by a phone that is switched off, and is by the next boot', async () => {
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 })
    await stage.phone.powerOff()
    expect(kind()).toBe('off')
    expect(await refusalOf(() => stage.phone.receive(bundle))).toBe('unavailable')
    await stage.phone.powerOn()
    stage.registry.bundles = [bundle]
    expect(await stage.phone.sync()).toEqual({ obeyed: 1, refused: [] })
    expect(kind()).toBe('stolen')
  })

  it('bundles that arrive at once are judged one after the other', async () => {
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 })
    const all = [1, 2, 3].map(() => refusalOf(() => stage.phone.receive(bundle)))
    expect((await Promise.all(all)).toSorted()).toEqual(['none', 'replay', 'replay'])
  })
})

describe('a locked phone', () => {
  beforeEach(() => stage.lock())

  it('A02 stays stolen through 100 reboots', async () => {
    for (let i = 0; i < 100; i++) {
      await stage.reboot()
      expect(kind()).toBe('stolen')
    }
  })

  it('A07 stays stolen through a recovery wipe, which the menu does not even offer', async () => {
    await writeFile(join(stage.dir, 'storage', 'photo'), 'sea')
    expect(await refusalOf(() => stage.phone.factoryReset('menu'))).toBe('reset-refused')
    expect(await stage.disk()).toHaveProperty('/storage/photo')
    await stage.phone.powerOff()
    await stage.phone.factoryReset('recovery-wipe')
    expect(await stage.disk()).not.toHaveProperty('/storage/photo')
    await stage.phone.powerOn()
    expect(kind()).toBe('stolen')
  })

  it.each([-TEN_YEARS_MS, TEN_YEARS_MS])(
    'A05 stays stolen with a clock off by %i ms',
    async (off) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + off })
      try {
        await stage.reboot()
        expect(kind()).toBe('stolen')
      } finally {
        vi.useRealTimers()
      }
    },
  )

  it('offers nothing to whoever knows passcode and finger', async () => {
    const both = { passcode: true, biometric: true }
    expect(await refusalOf(() => stage.phone.unlock(both))).toBe('wrong-state')
  })

  it('A02 is still stolen when the registry is gone', async () => {
    await stage.registry.stop()
    await stage.reboot()
    expect(kind()).toBe('stolen')
  })
})

describe('a held phone', () => {
  it.each([-TEN_YEARS_MS, TEN_YEARS_MS])(
    'A05 stays held with a clock off by %i ms',
    async (off) => {
      await stage.hold()
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + off })
      try {
        await stage.reboot()
        expect(kind()).toBe('held')
      } finally {
        vi.useRealTimers()
      }
    },
  )

  it('A60 opens offline to passcode and a second factor, until it is switched off', async () => {
    await stage.hold()
    await stage.registry.stop()
    for (const half of [
      { passcode: true, biometric: false },
      { passcode: false, biometric: true },
    ]) {
      expect(await refusalOf(() => stage.phone.unlock(half))).toBe('proof-too-weak')
      expect(kind()).toBe('held')
    }
    stage.phone.unlock({ passcode: true, biometric: true })
    expect(kind()).toBe('home')
    expect(await refusalOf(() => stage.phone.factoryReset('menu'))).toBe('reset-refused')
    await stage.reboot()
    expect(kind()).toBe('held')
  })

  it('a lock closes a held phone that its owner had opened', async () => {
    const hold = await stage.hold(1)
    stage.phone.unlock({ passcode: true, biometric: true })
    const lock = await stage.log.issue('lock', stage.ids, { ctr: 2, of: hold.index })
    await stage.phone.receive(lock.bundle)
    expect(kind()).toBe('stolen')
  })

  it('a second hold finds it closed again, however it was opened before', async () => {
    const { index } = await stage.hold(1)
    stage.phone.unlock({ passcode: true, biometric: true })
    // By the force, which stands above the intake desk that ordered the hold.
    const release = await stage.log.issue('release', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(release.bundle)
    expect(kind()).toBe('home')
    await stage.hold(3)
    expect(kind()).toBe('held')
  })

  it('A93 lapses after 72 h of uninterrupted run time, and not a moment before', async () => {
    await stage.hold(1, 72 * 3600 - 60)
    stage.run(71.999)
    expect(kind()).toBe('held')
    stage.run(0.001)
    expect(kind()).toBe('home')
    await stage.reboot()
    expect(kind()).toBe('home')
  })

  it('A93 counts run time afresh after each boot', async () => {
    await stage.hold()
    stage.run(71)
    await stage.reboot()
    stage.run(71)
    expect(kind()).toBe('held')
    stage.run(1)
    expect(kind()).toBe('home')
  })

  it('is locked all the same after its hold lapsed by run time', async () => {
    const hold = await stage.hold(1)
    const lock = stage.log.order('lock', stage.ids, { ctr: 2, of: hold.index })
    stage.run(72)
    await stage.reboot()
    expect(kind()).toBe('home')
    await stage.phone.receive(await stage.log.bundle(lock))
    expect(kind()).toBe('stolen')
  })
})

describe('a phone that was off when things happened', () => {
  it('is locked though the hold before the lock lapsed on its way', async () => {
    const hold = stage.log.order('hold', stage.ids, { ctr: 1 })
    const lock = stage.log.order('lock', stage.ids, { ctr: 2, of: hold.index })
    stage.log.now += 30 * 86_400
    stage.registry.bundles = [await stage.log.bundle(hold), await stage.log.bundle(lock)]
    expect(await stage.phone.sync()).toEqual({ obeyed: 1, refused: ['expired'] })
    expect(kind()).toBe('stolen')
  })

  it('is locked though it was held, and the hold has lapsed since', async () => {
    const hold = await stage.hold(1)
    const lock = stage.log.order('lock', stage.ids, { ctr: 2, of: hold.index })
    stage.log.now += 30 * 86_400
    await stage.phone.receive(await stage.log.bundle(lock))
    expect(kind()).toBe('stolen')
  })
})

describe('A60 without any server', () => {
  it('an honest phone boots, for ever', async () => {
    await stage.registry.stop()
    for (let i = 0; i < 5; i++) {
      stage.run(400 * 24)
      await stage.reboot()
      expect(kind()).toBe('home')
    }
    expect(await refusalOf(() => stage.phone.sync())).toBe('unavailable')
    expect(kind()).toBe('home')
  })

  it('a dead store asks for activation, and cannot be talked out of it', async () => {
    await stage.phone.powerOff()
    await rm(join(stage.dir, 'store'), { recursive: true })
    await stage.phone.powerOn()
    expect(kind()).toBe('activation-needed')
    expect(await refusalOf(() => stage.phone.activate())).toBe('store')
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 })
    expect(await refusalOf(() => stage.phone.receive(bundle))).toBe('store')
    stage.phone.call('112')
    expect(stage.phone.calling).toBe('112')
    expect(await stage.phone.attach('http://edge.invalid', 0, true)).toEqual({
      admitted: true,
      answer: null,
    })
  })

  it('a new program on the same directory is the same phone', async () => {
    await stage.lock()
    await stage.phone.powerOff()
    const other = new Phone(stage.options())
    await other.powerOn()
    expect(other.screen()?.kind).toBe('stolen')
  })
})

describe('keeping the record', () => {
  it('a newer root document comes with a bundle, and stays', async () => {
    const change = (bundle: Bundle) => ({ ...bundle, roots: [stage.log.rootOf(2)] })
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 }, { change })
    await stage.phone.receive(bundle)
    await stage.reboot()
    await stage.phone.sync()
    expect(stage.registry.eats.at(-1)).toMatchObject({ rootVersion: 2, state: 'stolen', ctr: 1 })
  })

  it('A90 a newer root document comes with any answer; one that skips a version is not taken', async () => {
    const version = async () => {
      await stage.phone.sync()
      return stage.registry.eats.at(-1)!.rootVersion
    }
    stage.registry.roots = [stage.log.rootOf(3)]
    expect(await refusalOf(() => stage.phone.sync())).toBe('root-rollback')
    stage.registry.roots = [stage.log.rootOf(2)]
    expect(await version()).toBe(1)
    stage.registry.roots = []
    expect(await version()).toBe(2)
    await stage.reboot()
    expect(await version()).toBe(2)
  })

  it('refuses with store, and obeys nothing, when it cannot be written', async () => {
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 })
    const before = await stage.disk()
    await rename(join(stage.dir, 'store'), join(stage.home, 'away'))
    expect(await refusalOf(() => stage.phone.receive(bundle))).toBe('store')
    await rename(join(stage.home, 'away'), join(stage.dir, 'store'))
    await stage.reboot()
    expect(kind()).toBe('home')
    expect(Object.keys(await stage.disk())).toEqual(Object.keys(before))
    await stage.phone.receive(bundle)
    expect(kind()).toBe('stolen')
  })
})
