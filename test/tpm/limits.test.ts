import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NV } from '../../src/device/tpm/codes.ts'
import { readValue } from '../../src/device/tpm/lock-bits.ts'
import { defineSpace, nvIncrement } from '../../src/device/tpm/nv-commands.ts'
import { Tpm } from '../../src/device/tpm/tpm.ts'
import { Swtpm } from '../../src/device/testing/swtpm.ts'
import { BOOT_KEY, MadePhone, free } from './made-phone.ts'
import { FREE_HANDLE, OWNER } from './raw-chip.ts'
import { printedTable } from './table.ts'

const row = printedTable('what an emulator cannot hold: its state is a file')

/** Puts the emulator's state back as it was before that work: a chip has no such file. */
async function rewound(chip: Swtpm, work: () => Promise<void>): Promise<void> {
  const kept = await mkdtemp(join(tmpdir(), 'stolen-mode-tpm-kept-'))
  await cp(chip.folder, kept, { recursive: true })
  await work()
  await chip.off()
  await rm(chip.folder, { recursive: true })
  await cp(kept, chip.folder, { recursive: true })
  await chip.on()
  await rm(kept, { recursive: true })
}

test('state file restored: counters go back', async () => {
  await using chip = await Swtpm.start()
  const counter = {
    handle: FREE_HANDLE,
    attributes: NV.authRead | NV.noDa | NV.authWrite | NV.counter,
    policy: new Uint8Array(0),
    size: 8,
  }
  const ask = async (work: (tpm: Tpm) => Promise<unknown>) => {
    const tpm = new Tpm(chip.address)
    await work(tpm).finally(() => tpm.close())
  }
  let before = 0n
  let after = 0n
  await ask(async (tpm) => {
    await defineSpace(tpm, OWNER, counter)
    for (let i = 0; i < 3; i++) await nvIncrement(tpm, FREE_HANDLE)
  })
  await rewound(chip, () =>
    ask(async (tpm) => {
      await nvIncrement(tpm, FREE_HANDLE)
      before = await readValue(tpm, counter)
    }),
  )
  await ask(async (tpm) => (after = await readValue(tpm, counter)))
  expect(after).toBe(before - 1n)
  row('state file restored', `counter ${before}, then ${after}`)
})

test('state file and store restored together: a locked phone opens', async () => {
  await using phone = await MadePhone.make()
  const sealed = await phone.store.seal(BOOT_KEY)
  const kept = `${phone.dir}-kept`
  await cp(phone.dir, kept, { recursive: true })
  await phone.store.close()
  await rewound(phone.chip, async () => {
    await phone.open()
    await phone.lock()
    await phone.store.close()
  })
  await rm(phone.dir, { recursive: true })
  await cp(kept, phone.dir, { recursive: true })
  await rm(kept, { recursive: true })
  await phone.open()
  expect(await phone.store.unseal(sealed, free)).toEqual(BOOT_KEY)
  row('state file and store folder restored', 'the lock is gone: an emulator protects nobody')
})
