import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Stage, refusalOf } from '../../src/device/testing/stage.ts'
import { Swtpm } from '../../src/device/testing/swtpm.ts'
import { encodeGrants, type Grants } from '../../src/device/tpm/grants.ts'
import type { Act, Governed } from '../../src/device/tpm/indices.ts'
import { readBits } from '../../src/device/tpm/lock-bits.ts'
import { raiseBits } from '../../src/device/tpm/raise-bits.ts'
import { approve, keysOf, makeGrant } from '../../src/device/tpm/sign-grants.ts'
import { tpmStores } from '../../src/device/tpm/open-store.ts'
import { Tpm } from '../../src/device/tpm/tpm.ts'
import { machine } from '../../src/host/index.ts'
import type { Bundle } from '../../src/wire/index.ts'
import { key } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('a whole phone on the store')
const founders = { approver: key(), police: key(), owner: key() }

let chip: Swtpm
let stage: Stage
let governed: Governed
beforeEach(async () => {
  chip = await Swtpm.start()
  const { address } = chip
  const stores = tpmStores({ address, random: machine.random, founders })
  stage = await Stage.boot({ stores })
  governed = { approver: founders.approver.key, device: stage.ids.dak! }
})
afterEach(async () => {
  await stage.close()
  await chip[Symbol.asyncDispose]()
})

const kind = () => stage.phone.screen()?.kind ?? 'off'
const receive = (bundle: Uint8Array) => refusalOf(() => stage.phone.receive(bundle))

const grantsOf = (...acts: readonly (readonly [Act, number])[]): Grants => ({
  mandate: approve(founders.approver, governed, keysOf(founders)),
  grants: acts.map(([act, number]) => makeGrant(act, number, governed, founders)),
})
const carrying = (...acts: readonly (readonly [Act, number])[]) => {
  const grants = encodeGrants(grantsOf(...acts))
  return { change: (bundle: Bundle) => ({ ...bundle, grants }) }
}
/** A lock, and its release, each as bundles without and with its grants. */
async function lockOf(number: number, ctr: number) {
  const order = stage.log.order('lock', stage.ids, { ctr })
  const whole = await stage.log.bundle(order, carrying(['lock', number]))
  return { index: order.index, bare: await stage.log.bundle(order), whole }
}
async function releaseOf(number: number, of: number, ctr: number) {
  const order = stage.log.order('release', stage.ids, { ctr, of })
  const both = carrying(['lock', number], ['release', number])
  const whole = await stage.log.bundle(order, both)
  return { bare: await stage.log.bundle(order), whole }
}

/** Somebody with a program of his own, while the phone is off. */
async function past<T>(work: (tpm: Tpm) => Promise<T>): Promise<T> {
  await stage.phone.powerOff()
  const tpm = new Tpm(chip.address)
  try {
    return await work(tpm)
  } finally {
    tpm.close()
    await stage.phone.powerOn()
  }
}
const bits = async () => {
  const { lock, release } = await past((tpm) => readBits(tpm, governed))
  return `${lock} ${release}`
}

describe('a phone on a TPM', () => {
  test('is set up, says so, and is held: closed, opened by its owner, closed at the next boot', async () => {
    expect([stage.phone.storeKind, kind()]).toEqual(['tpm', 'home'])
    expect(stage.registry.eats.at(-1)!.bootCount).toBe(1)
    await stage.hold(1)
    expect(kind()).toBe('held')
    stage.phone.unlock({ passcode: true, biometric: true })
    expect(kind()).toBe('home')
    await stage.reboot()
    expect(kind()).toBe('held')
    row('hold, unlock, reboot', 'held, home, held')
  })

  test('lock, find, release and reboots: back to an open phone with its data', async () => {
    await writeFile(join(stage.dir, 'storage', 'photo'), 'sea')
    const lock = await lockOf(0, 1)
    expect(await receive(lock.whole)).toBe('none')
    await stage.reboot()
    expect(stage.phone.screen()).toMatchObject({ kind: 'stolen', index: lock.index })
    expect(await bits()).toBe('1 0')
    const found = await stage.log.issue('found', stage.ids, { ctr: 2, of: lock.index })
    expect(await receive(found.bundle)).toBe('none')
    expect(kind()).toBe('recovered')
    const release = await releaseOf(0, lock.index, 3)
    expect(await receive(release.whole)).toBe('none')
    expect(kind()).toBe('home')
    await stage.reboot()
    expect(kind()).toBe('home')
    expect(await stage.disk()).toHaveProperty('/storage/photo')
    expect(await bits()).toBe('1 1')
    row('lock, found, release, reboots between', 'stolen, recovered, home')
  })

  test('A07 a recovery wipe of a locked phone leads nowhere; of a free one, to activation', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.whole)
    await stage.phone.factoryReset('recovery-wipe')
    await stage.reboot()
    expect(kind()).toBe('stolen')
    await stage.phone.receive((await releaseOf(0, lock.index, 2)).whole)
    expect(kind()).toBe('activation-needed')
    await stage.phone.activate()
    expect(kind()).toBe('home')
    await stage.phone.factoryReset('recovery-wipe')
    expect(kind()).toBe('activation-needed')
    await stage.phone.activate()
    await stage.reboot()
    expect(kind()).toBe('home')
    row('recovery wipe: locked; released; free', 'stolen; activation; activation')
  })

  test('A18 a locked phone whose files were thrown away is not free, and is told again that it is stolen', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.whole)
    for (const file of ['record-0', 'record-1'])
      await rm(join(stage.dir, 'store', file), { force: true })
    await stage.reboot()
    expect(kind()).toBe('activation-needed')
    stage.registry.refuses = 'activation-refused'
    stage.registry.bundles = [lock.whole]
    expect(await refusalOf(() => stage.phone.activate())).toBe('activation-refused')
    expect(kind()).toBe('stolen')
    row('record thrown away on a locked phone', 'activation needed, refused, stolen')
  })

  test('the chip gone: no boot, no record written over, emergency calls; and all as before when it is back', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.bare) // in the record alone
    await stage.phone.powerOff()
    await chip.off()
    await stage.phone.powerOn()
    expect([kind(), stage.phone.storeKind]).toEqual(['activation-needed', null])
    stage.phone.call('112')
    expect(stage.phone.calling).toBe('112')
    expect(await refusalOf(() => stage.phone.sync())).toBe('store')
    await chip.on()
    await stage.reboot()
    expect(kind()).toBe('stolen')
    row('chip gone, and back', 'activation needed, emergency calls; stolen')
  })
})

describe('power lost between the bits and the record', () => {
  test('A81 of a lock: shut, and locked once the same bundle comes again', async () => {
    const lock = await lockOf(0, 1)
    await past((tpm) => raiseBits(tpm, governed, grantsOf(['lock', 0])))
    expect(kind()).toBe('activation-needed')
    expect(await receive(lock.whole)).toBe('none')
    expect(kind()).toBe('stolen')
    await stage.phone.receive((await releaseOf(0, lock.index, 2)).whole)
    expect(kind()).toBe('home')
    row('power lost between lock bit and record', 'shut; the same bundle locks')
  })

  test('A81 of a release: stolen, and open once the same bundle comes again', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.whole)
    const release = await releaseOf(0, lock.index, 2)
    await past((tpm) => raiseBits(tpm, governed, grantsOf(['release', 0])))
    expect(kind()).toBe('stolen')
    expect(await receive(release.whole)).toBe('none')
    expect(kind()).toBe('home')
    row('power lost between release bit and record', 'stolen; the same bundle opens')
  })
})

describe('grants stripped on the way', () => {
  test('of a lock: obeyed, its bit comes with the same bundle later, a replay to the law', async () => {
    const lock = await lockOf(0, 1)
    expect(await receive(lock.bare)).toBe('none')
    expect(kind()).toBe('stolen')
    expect(await bits()).toBe('0 0')
    stage.registry.bundles = [lock.whole]
    expect(await stage.phone.sync()).toEqual({ obeyed: 0, refused: ['replay'] })
    expect(await bits()).toBe('1 0')
    expect(kind()).toBe('stolen')
    expect(await receive(lock.whole)).toBe('replay')
    expect(await bits()).toBe('1 0')
    await stage.phone.receive((await releaseOf(0, lock.index, 2)).whole)
    expect(kind()).toBe('home')
    row('lock without grants; the same bundle with them', 'obeyed; replay, bit raised')
  })

  test('of a release: refused, stays stolen, and opens with the same bundle later', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.whole)
    const release = await releaseOf(0, lock.index, 2)
    expect(await receive(release.bare)).toBe('store')
    expect(kind()).toBe('stolen')
    expect(await receive(release.whole)).toBe('none')
    expect(kind()).toBe('home')
    row('release without grants; the same bundle with them', 'refused; home')
  })

  test('of both: the phone opens, takes both with its release, and no old lock by itself', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.bare)
    const release = await releaseOf(0, lock.index, 2)
    expect(await receive(release.bare)).toBe('none')
    expect(kind()).toBe('home')
    expect(await receive(lock.whole)).toBe('replay')
    expect(await bits()).toBe('0 0')
    expect(kind()).toBe('home')
    expect(await receive(release.whole)).toBe('replay')
    expect(await bits()).toBe('1 1')
    expect(kind()).toBe('home')
    row('lock and release without grants; each bundle again', 'home; no bit; both bits')
  })

  test('A19 an old lock’s grant hung onto a later hold raises no bit, and the hold is obeyed', async () => {
    const lock = await lockOf(0, 1)
    await stage.phone.receive(lock.bare)
    await stage.phone.receive((await releaseOf(0, lock.index, 2)).bare)
    const hung = await stage.log.issue('hold', stage.ids, { ctr: 3 }, carrying(['lock', 0]))
    expect(await receive(hung.bundle)).toBe('none')
    expect(kind()).toBe('held')
    expect(await bits()).toBe('0 0')
    stage.phone.unlock({ passcode: true, biometric: true })
    expect(kind()).toBe('home')
    row('an old lock’s grant hung onto a later hold', 'held, no bit raised')
  })
})
