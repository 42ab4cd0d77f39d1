import { copyFile, cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concat, equal, sha256 } from '../../src/core/index.ts'
import { refusalOf } from '../../src/device/testing/stage.ts'
import { writtenIndices } from '../../src/device/tpm/indices.ts'
import { nvExtend, nvIncrement, nvRead } from '../../src/device/tpm/nv-commands.ts'
import { machine } from '../../src/host/index.ts'
import { BOOT_KEY, MadePhone, free, key, released, stolen } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('the record, and grants spoiled on the way')
const { random } = machine

let phone: MadePhone
beforeEach(async () => {
  phone = await MadePhone.make()
})
afterEach(() => phone[Symbol.asyncDispose]())

describe('the record', () => {
  test('A18 an older one put back is no record, and opens nothing', async () => {
    const copy = `${phone.dir}-old`
    await cp(phone.dir, copy, { recursive: true })
    await phone.lock()
    for (const file of ['record-0', 'record-1'])
      await copyFile(join(copy, file), join(phone.dir, file)).catch(() =>
        rm(join(phone.dir, file), { force: true }),
      )
    expect(await phone.store.read()).toBeNull()
    expect((await phone.prove()).isLocked).toBe(true)
    row('older record file put back', 'unreadable, and the bits stay')
    await rm(copy, { recursive: true })
  })

  test('rubbish that the TPM was made to hold costs the record, and not the next one', async () => {
    const { anchor } = writtenIndices(phone.governed)
    await phone.past(async (tpm) => {
      const file = concat(await nvRead(tpm, anchor), random(200))
      await nvExtend(tpm, anchor.handle, sha256(file))
      await writeFile(join(phone.dir, 'record-0'), file)
      const holds = sha256(concat(file.subarray(0, 32), sha256(file)))
      expect(equal(await nvRead(tpm, anchor), holds)).toBe(true)
    })
    expect(await phone.store.read()).toBeNull()
    await phone.store.apply(stolen)
    expect((await phone.store.read())?.device.state).toBe('stolen')
    row('rubbish put under the anchor', 'unreadable; the next record stands')
  })

  test('a counter that somebody drove on leaves the record as it is', async () => {
    const { counter } = writtenIndices(phone.governed)
    await phone.past(async (tpm) => {
      for (let i = 0; i < 5; i++) await nvIncrement(tpm, counter.handle)
    })
    expect(await phone.store.read()).toEqual(free)
  })

  test('whose counter leaps is kept, and the chip does not follow', async () => {
    const { counter } = await phone.prove()
    const device = { ...stolen.device, ctr: 1_000_000 }
    await phone.store.apply({ ...stolen, device })
    expect((await phone.store.read())?.device.ctr).toBe(1_000_000)
    expect((await phone.prove()).counter).toBe(counter)
  })

  test('that stands is not written again', async () => {
    const { anchor } = writtenIndices(phone.governed)
    const held = () => phone.past((tpm) => nvRead(tpm, anchor))
    const before = await held()
    await phone.store.apply(free)
    expect(await held()).toEqual(before)
    await phone.store.apply(stolen)
    expect(await held()).not.toEqual(before)
  })
})

describe('grants of an order', () => {
  const bits = async () => {
    const { lock, release } = await phone.prove()
    return [lock, release]
  }

  test('a release without its grants is refused, and the record stays', async () => {
    await phone.lock()
    expect(await refusalOf(() => phone.store.apply(released))).toBe('store')
    expect((await phone.store.read())?.device.state).toBe('stolen')
  })

  test('a lock whose grants were spoiled on the way is obeyed, and takes the good ones later', async () => {
    const { founders } = phone
    const forged = phone.grants(phone.grant('lock', 0, { ...founders, police: key() }))
    for (const spoiled of [forged, random(100), undefined]) {
      await phone.store.apply(stolen, spoiled)
      expect((await phone.store.read())?.device.state).toBe('stolen')
      expect(await bits()).toEqual([0n, 0n])
    }
    await phone.store.apply(stolen, phone.grants(phone.grant('lock')))
    expect(await bits()).toEqual([1n, 0n])
  })

  test('A19 an old lock hung onto an order that opens raises no bit, and stops no order', async () => {
    const { founders } = phone
    const forged = phone.grant('release', 0, { ...founders, owner: key() })
    const sealed = await phone.store.seal(BOOT_KEY)
    for (const grants of [
      [phone.grant('lock')],
      [phone.grant('lock'), forged],
      [phone.grant('release')],
      [phone.grant('lock', 1), phone.grant('release', 1)], // a gap: no branch of the boot policy
    ]) {
      await phone.store.apply(released, phone.grants(...grants))
      expect(await bits()).toEqual([0n, 0n])
      expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
    }
    row('an old lock hung onto a release or hold', 'no bit raised, obeyed')
  })

  test('a release with anything but its own grants is refused, and the record stays', async () => {
    const { founders } = phone
    await phone.lock()
    const forged = phone.grant('release', 0, { ...founders, owner: founders.police })
    for (const grants of [[], [forged], [phone.grant('release', 1)], [phone.grant('lock', 1)]]) {
      const given = phone.grants(...grants)
      expect(await refusalOf(() => phone.store.apply(released, given))).toBe('store')
      expect((await phone.store.read())?.device.state).toBe('stolen')
      expect(await bits()).toEqual([1n, 0n])
    }
  })

  test('a lock and its release that were both missed are made up by the next', async () => {
    const sealed = await phone.store.seal(BOOT_KEY)
    await phone.store.apply(stolen)
    await phone.store.apply(released)
    const missed = [phone.grant('lock'), phone.grant('release')]
    await phone.store.apply(stolen, phone.grants(...missed, phone.grant('lock', 1)))
    expect(await bits()).toEqual([3n, 1n])
    await phone.store.apply(released, phone.grants(phone.grant('release', 1)))
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
  })
})
