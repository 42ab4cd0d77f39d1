import { expect, test } from 'vitest'
import { refusalOf } from '../../src/device/testing/stage.ts'
import { TpmRelay } from '../../src/device/testing/tpm-relay.ts'
import { openTpmStore } from '../../src/device/tpm/open-store.ts'
import { machine } from '../../src/host/index.ts'
import { BOOT_KEY, MadePhone, free, released, stolen } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('power lost at each command of a lock and of a release')
const { random } = machine
/** A hundred power-ons, on a machine that may be busy. */
const MINUTES = 600_000

async function over(phone: MadePhone, relay: TpmRelay) {
  const store = await openTpmStore({ dir: phone.dir, address: relay.address, random })
  if (store === null) throw new Error('the store is dead')
  return store
}

test(
  'A81 a lock and a release cut at every command: old, shut or new, and the same bundle again',
  async () => {
    await using phone = await MadePhone.make()
    await using relay = await TpmRelay.to(phone.chip.address)
    const sealed = await phone.store.seal(BOOT_KEY)
    await phone.store.close()

    let number = 0
    const counts: Record<'lock' | 'release', number> = { lock: 0, release: 0 }
    const seen = { old: 0, shut: 0, new: 0 }
    /** Whether the boot key comes out, whatever the record says. */
    const opens = async () => {
      await phone.open()
      const outcome = await refusalOf(() => phone.store.unseal(sealed, free))
      const record = (await phone.store.read())!
      await phone.store.close()
      return { isOpen: outcome === 'none', state: record.device.state }
    }
    const applied = async (
      act: 'lock' | 'release',
      cut: { at: number; isDone: boolean } | null,
    ) => {
      relay.cut(null)
      const store = await over(phone, relay)
      relay.cut(cut)
      const grants = phone.grants(phone.grant(act, number))
      const outcome = await refusalOf(() => store.apply(act === 'lock' ? stolen : released, grants))
      counts[act] = Math.max(counts[act], relay.commands)
      await store.close()
      relay.cut(null)
      return outcome
    }
    const judge = async (act: 'lock' | 'release') => {
      const { isOpen, state } = await opens()
      const [before, after] = act === 'lock' ? ['protected', 'stolen'] : ['stolen', 'protected']
      expect([before, after]).toContain(state)
      // Between the two the phone is shut: never is it open while its record or its order says stolen.
      expect(isOpen && state === 'stolen' && act === 'lock').toBe(false)
      const kind = state === after ? 'new' : isOpen === (act === 'lock') ? 'old' : 'shut'
      seen[kind]++
      return kind
    }

    for (let at = 1; ; at++) {
      let isOver = false
      for (const isDone of [false, true])
        for (const act of ['lock', 'release'] as const) {
          const outcome = await applied(act, { at, isDone })
          await judge(act)
          if (outcome === 'none' && act === 'release') isOver = true
          expect(await applied(act, null), `${act} again after a cut at ${at}`).toBe('none')
          expect(await opens()).toEqual(
            act === 'lock'
              ? { isOpen: false, state: 'stolen' }
              : { isOpen: true, state: 'protected' },
          )
          if (act === 'release') number++
        }
      if (isOver) break
    }
    expect(seen.old).toBeGreaterThan(0)
    expect(seen.shut).toBeGreaterThan(0)
    row(
      `${counts.lock} and ${counts.release} commands, each cut before and after`,
      JSON.stringify(seen),
    )
  },
  MINUTES,
)
