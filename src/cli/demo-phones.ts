import { readFileSync } from 'node:fs'
import { randomInt } from 'node:crypto'
import {
  generateEs256,
  machine,
  makeLogger,
  mkdirDurably,
  writeFileDurably,
} from '../host/index.ts'
import { produce, unbox } from '../sim/index.ts'
import { DEMO_TAC } from './demo-trust.ts'
import { loadSigner, readNeeded, writeSecret, type Files } from './files.ts'

/** A simulated phone of this data folder, and where its owner keeps key and card. */
export interface DemoPhone {
  readonly dir: string
  /** 14 digits. */
  readonly imei: string
  readonly serial: string
  readonly card: string
  /** PEM of the owner's key: it lives elsewhere than on the phone. */
  readonly ownerKey: string
}

export interface PhonesWanted {
  readonly registryUrl: string
  /** Where they are sold. */
  readonly country: string
  readonly count: number
}

/** Serial numbers a production run may begin at: the first six digits after the TAC. */
const LAST_START = 990_000

/** The phones of this folder; none before the first start. */
export function readPhones(files: Files): readonly DemoPhone[] {
  try {
    return JSON.parse(readFileSync(files.folder('phones.json'), 'utf8')) as DemoPhone[]
  } catch {
    return []
  }
}

/**
 * The phones of a demonstration. The list is written last: a run cut short is forgotten, and the next
 * begins at other serial numbers.
 */
export async function makePhones(
  files: Files,
  wanted: PhonesWanted,
): Promise<readonly DemoPhone[]> {
  const phones = await sellPhones(files, files.folder('phones'), wanted)
  await mkdirDurably(files.data)
  // Cards and owners' addresses: for nobody else on this machine.
  await writeFileDurably(
    files.folder('phones.json'),
    new TextEncoder().encode(JSON.stringify(phones, null, 2)),
  )
  return phones
}

/** Makes phones in that folder, enrols them for owners of their own and sets them up. */
export async function sellPhones(
  files: Files,
  folder: string,
  { registryUrl, country, count }: PhonesWanted,
): Promise<readonly DemoPhone[]> {
  const first = randomInt(LAST_START)
  const produced = await produce({
    folder,
    count,
    first,
    tac: DEMO_TAC,
    maker: await loadSigner(files.key('maker')),
    root: new Uint8Array(await readNeeded(files.root)),
    surroundings: machine,
  })
  const logger = makeLogger('phone', 'warn')
  return Promise.all(
    produced.map(async (phone) => {
      const { signer, pem } = generateEs256()
      const { card } = await unbox(phone, {
        registryUrl,
        country,
        model: 'Example One',
        owner: signer,
        surroundings: machine,
        monotonic: () => performance.now(),
        logger,
      })
      const ownerKey = files.folder('owners', `${phone.imei}.pem`)
      await writeSecret(ownerKey, pem)
      return { dir: phone.dir, imei: phone.imei, serial: phone.serial, card, ownerKey }
    }),
  )
}
