import { expect, test } from 'vitest'
import { writtenIndices } from '../../src/device/tpm/indices.ts'
import { nvRead } from '../../src/device/tpm/nv-commands.ts'
import { raiseBits } from '../../src/device/tpm/raise-bits.ts'
import { Tpm } from '../../src/device/tpm/tpm.ts'
import { BOOT_KEY, MadePhone, free, stolen } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('measured here, over 60 each; nothing depends on it')
const TIMES = 60

async function measured(what: string, act: (nth: number) => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let nth = 0; nth < TIMES; nth++) {
    const begin = performance.now()
    await act(nth)
    times.push(performance.now() - begin)
  }
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.floor(part * (TIMES - 1))]!.toFixed(2)
  row(what, `p50 ${at(0.5)} ms, p98 ${at(0.98)} ms`)
}

test('measured: NV read, unseal, grant, whole lock', async () => {
  await using phone = await MadePhone.make()
  const { governed } = phone
  const sealed = await phone.store.seal(BOOT_KEY)
  await measured('unseal of the boot key', () => phone.store.unseal(sealed, free))
  const orders = Array.from({ length: TIMES }, (_, nth) => phone.grants(phone.grant('lock', nth)))
  await measured('whole lock: grants, checked and raised, record, counter', (nth) => {
    const device = { ...stolen.device, ctr: nth + 1 }
    return phone.store.apply({ ...stolen, device }, orders[nth]!)
  })
  expect((await phone.store.read())?.device.ctr).toBe(TIMES)

  await using other = await MadePhone.make()
  await other.store.close()
  const tpm = new Tpm(other.chip.address)
  const { lock } = writtenIndices(other.governed)
  await measured('NV read of L', () => nvRead(tpm, lock))
  const mandate = other.mandate()
  const grants = Array.from({ length: TIMES }, (_, nth) => other.grant('lock', nth))
  await measured('grant of a lock: term, police, approver, SetBits', (nth) =>
    raiseBits(tpm, other.governed, { mandate, grants: [grants[nth]!] }),
  )
  tpm.close()
  await other.open()
  expect(governed).not.toEqual(other.governed)
})
