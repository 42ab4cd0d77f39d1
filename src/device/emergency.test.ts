import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EMERGENCY_NUMBERS } from './gate.ts'
import { Stage, refusalOf } from './testing/stage.ts'

const FRIEND = '020 7946 0000'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.boot()
})
afterEach(() => stage.close())

/** Ways into every screen. */
const INTO: Readonly<Record<string, () => Promise<unknown>>> = {
  held: () => stage.hold(),
  stolen: () => stage.lock(),
  recovered: async () => {
    const { index } = await stage.lock()
    const found = await stage.log.issue('found', stage.ids, { ctr: 2, of: index })
    await stage.phone.receive(found.bundle)
  },
  retired: async () => {
    const retire = await stage.log.issue('retire', stage.ids, { ctr: 1 })
    await stage.phone.receive(retire.bundle)
  },
  'activation-needed': async () => {
    await rm(join(stage.dir, 'store', 'record'))
    await stage.reboot()
  },
}

describe('A33 the dialler before the gate', () => {
  it.each(Object.keys(INTO))(
    'while %s: emergency numbers connect, all else does not',
    async (kind) => {
      await INTO[kind]!()
      expect(stage.phone.screen()?.kind).toBe(kind)
      for (const number of EMERGENCY_NUMBERS) {
        stage.phone.call(number)
        expect(stage.phone.calling).toBe(number)
        expect(stage.phone.screen()?.kind).toBe(kind)
        stage.phone.hangUp()
      }
      expect(await refusalOf(() => stage.phone.call(FRIEND))).toBe('forbidden')
      expect(stage.phone.calling).toBeNull()
    },
  )

  it('an open phone calls anybody', () => {
    stage.phone.call(FRIEND)
    expect(stage.phone.calling).toBe(FRIEND)
  })
})

describe('A58 a lock lands during a call', () => {
  it.each(['112', FRIEND])('to %s: it runs to its end, then the gate is closed', async (number) => {
    stage.phone.call(number)
    await stage.lock()
    expect(stage.phone.calling).toBe(number)
    expect(stage.phone.screen()?.kind).toBe('home')
    expect(await refusalOf(() => stage.phone.call('0800 000'))).toBe('forbidden')
    expect(stage.phone.calling).toBe(number)
    stage.phone.hangUp()
    expect(stage.phone.screen()?.kind).toBe('stolen')
    stage.phone.call('112')
    expect(stage.phone.calling).toBe('112')
    expect(stage.phone.screen()?.kind).toBe('stolen')
  })

  it('an emergency attach is nobody’s to refuse: no register is asked', async () => {
    await stage.lock()
    const emergency = stage.phone.attach('http://register.invalid', 0, true)
    expect(await emergency).toEqual({ admitted: true, answer: null })
  })

  it('a second call is no way to keep the gate open', async () => {
    stage.phone.call(FRIEND)
    await stage.lock()
    stage.phone.call('112')
    expect(stage.phone.screen()?.kind).toBe('stolen')
  })

  it('the record was kept at once, so that a battery pulled mid-call changes nothing', async () => {
    stage.phone.call('112')
    await stage.lock()
    await stage.reboot()
    expect(stage.phone.screen()?.kind).toBe('stolen')
  })
})
