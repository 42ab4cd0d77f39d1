import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseImei14, type Imei14 } from '../../core/index.ts'
import { imagePath } from '../../device/index.ts'
import { RegisterProbe } from '../register-probe.ts'
import { demandTrue } from '../steps.ts'
import type { Trick } from './bench.ts'

/** With a cable and a box: the store, the system image, the number the radio tells. */
export const WITH_A_CABLE: readonly Trick[] = [
  {
    id: 'store-restored',
    attack: 'A18',
    name: 'the secure store of before the theft put back',
    attempt: async ({ stolen, image }) => {
      const store = join(stolen.dir, 'store')
      await stolen.whileOff(async () => {
        await rm(store, { recursive: true })
        await cp(image, store, { recursive: true })
      })
      await stolen.until('stolen')
      const detail = 'locked again by the first network it met; a chip cannot be put back at all'
      return { code: 'stolen', detail }
    },
  },
  {
    id: 'store-deleted',
    attack: 'A18',
    name: 'the record of the secure store deleted',
    attempt: async ({ stolen }) => {
      await stolen.whileOff(() => rm(join(stolen.dir, 'store', 'record')))
      const code = await stolen.refused('activate', {})
      await stolen.until('stolen')
      return { code }
    },
  },
  {
    id: 'flashed',
    attack: 'A08',
    name: 'another system flashed, then set up as new',
    attempt: async ({ stolen }) => {
      const path = imagePath(stolen.dir)
      const makers = await readFile(path)
      await stolen.whileOff(() => writeFile(path, 'a system of the thief’s own\n'))
      try {
        await stolen.until('stolen')
        return { code: await stolen.refused('activate', {}) }
      } finally {
        await stolen.whileOff(() => writeFile(path, makers))
      }
    },
  },
  {
    id: 'imei',
    attack: 'A12',
    name: 'a new IMEI written over the old one',
    attempt: async ({ stolen, edgeUrl }) => {
      const rewritten = numberNobodyHas(stolen.imei)
      const probe = new RegisterProbe(edgeUrl)
      try {
        demandTrue(
          (await probe.ask(parseImei14(stolen.imei))) === 'BLACKLISTED',
          'its own number is let in',
        )
        const word = await probe.ask(rewritten)
        const code = await stolen.refused('activate', {})
        const detail = `a network says ${word} to the new number; the phone is its key, and stays a brick`
        return { code, detail }
      } finally {
        probe.close()
      }
    },
  },
]

/** Of the same model; a production run of the demonstration never reaches it. */
const numberNobodyHas = (imei: string): Imei14 => parseImei14(`${imei.slice(0, 8)}999999`)
