import { expect, test } from 'vitest'
import { concat } from '../../src/core/index.ts'
import { refusalOf } from '../../src/device/testing/stage.ts'
import { TpmRelay } from '../../src/device/testing/tpm-relay.ts'
import { openTpmStore } from '../../src/device/tpm/open-store.ts'
import { u32 } from '../../src/device/tpm/writer.ts'
import { machine } from '../../src/host/index.ts'
import { BOOT_KEY, MadePhone, free, stolen } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('a wire that lies, at every command of power-on, unseal and a lock')
/** A hundred power-ons, on a machine that may be busy. */
const MINUTES = 600_000
const resized = (frame: Uint8Array) => concat(frame.slice(0, 2), u32(frame.length), frame.slice(6))
/** None that the store would have to wait for: a frame cut short is tried with a silent TPM. */
const LIES: Readonly<Record<string, (answer: Uint8Array) => Uint8Array>> = {
  'one byte less, and its size': (answer) => resized(answer.slice(0, -1)),
  'one byte more, and its size': (answer) => resized(concat(answer, new Uint8Array(1))),
  'all ones after the header': (answer) => answer.map((byte, i) => (i < 10 ? byte : 0xff)),
}

test(
  'A92 no lie hangs a phone, opens it, or keeps it from a lock that comes again',
  async () => {
    await using phone = await MadePhone.make()
    const sealed = await phone.store.seal(BOOT_KEY)
    const grants = phone.grants(phone.grant('lock'))
    await phone.store.close()
    await using relay = await TpmRelay.to(phone.chip.address)

    /** Power-on, unseal, read, a lock; `dead` where the store does not open. */
    const life = async () => {
      const { dir } = phone
      const store = await openTpmStore({ dir, address: relay.address, random: machine.random })
      if (store === null) return 'dead'
      const opened = await refusalOf(() => store.unseal(sealed, free))
      const read = await store.read()
      const applied = read && (await refusalOf(() => store.apply(stolen, grants)))
      await store.close()
      return `${opened} ${applied}`
    }
    expect(await life()).toBe('none none')
    relay.cut(null)
    expect(await life()).toBe('wrong-state none')
    const { commands } = relay

    for (const [lie, hears] of Object.entries(LIES)) {
      let noticed = 0
      for (let at = 1; at <= commands; at++) {
        relay.cut({ at, isDone: true, hears })
        const outcome = await life()
        expect(outcome.startsWith('none')).toBe(false)
        if (outcome !== 'wrong-state none') noticed++
      }
      expect(noticed).toBeGreaterThan(0)
      relay.cut(null)
      expect(await life(), `after: ${lie}`).toBe('wrong-state none')
      row(lie, `${commands} answers, ${noticed} noticed and refused, none opened`)
    }
  },
  MINUTES,
)
