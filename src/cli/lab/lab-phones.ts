import { rm } from 'node:fs/promises'
import { startPhone, type StartedPhone } from '../../device/index.ts'
import { machine, makeLogger } from '../../host/index.ts'
import { PhoneInHand } from '../../sim/index.ts'
import { Owner } from '../clients/owner.ts'
import type { Config } from '../config.ts'
import { sellPhones, type DemoPhone } from '../demo-phones.ts'
import type { Police } from '../demo-story.ts'
import { loadSigner, type Files } from '../files.ts'
import { bundleOf } from '../thief-story.ts'

/** As soon as it hears of an order; this often, should it not. */
const SYNC_EVERY_MS = 2_000

/** A phone of the lab: switched on in this process, with an owner, and a case of its own that is over. */
export interface LabHandset {
  readonly hand: PhoneInHand
  readonly owner: Owner
  readonly card: string
  /** Release of its earlier case: what a thief would have kept. */
  readonly release: Uint8Array
  /** Switches it off for good; nothing of it stays. */
  scrap(): Promise<void>
}

/** What the lab makes its phones from. */
export interface Workshop {
  readonly files: Files
  readonly config: Config
  readonly police: Police
}

/** All of them or none. @throws what went wrong with the first */
export async function makeHandsets(
  workshop: Workshop,
  count: number,
): Promise<readonly LabHandset[]> {
  const { files, config } = workshop
  const { registryUrl, country } = config
  const folder = files.folder('lab', 'phones')
  const phones = await sellPhones(files, folder, { registryUrl, country, count })
  const made = await Promise.allSettled(phones.map((phone) => handset(workshop, phone)))
  const handsets = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = made.find((one) => one.status === 'rejected')
  if (failed === undefined) return handsets
  await Promise.all(handsets.map((one) => one.scrap()))
  throw failed.reason
}

async function handset({ config, police }: Workshop, phone: DemoPhone): Promise<LabHandset> {
  const { registryUrl, country } = config
  const owner = new Owner(registryUrl, phone.card, await loadSigner(phone.ownerKey))
  const release = await earlierCase(owner, police)
  const started: StartedPhone = await startPhone({
    dir: phone.dir,
    registryUrl,
    country,
    port: 0,
    syncEveryMs: SYNC_EVERY_MS,
    surroundings: machine,
    monotonic: () => performance.now(),
    logger: makeLogger('phone', config.logLevel),
  })
  const scrap = async () => {
    await started.close()
    await rm(phone.dir, { recursive: true, force: true })
    await rm(phone.ownerKey, { force: true })
  }
  const hand = new PhoneInHand({ ...phone, url: started.url })
  return { hand, owner, card: phone.card, release, scrap }
}

/** Lost, locked and given back before this story begins. A lock leaves the card good for a report again. */
async function earlierCase(owner: Owner, { first, second, force }: Police): Promise<Uint8Array> {
  const { reference } = await owner.report('lost')
  const { id } = await first.openCase({ crimeReference: 'LAB/0', why: 'lost', reference })
  await first.propose(id)
  await second.approve(await second.waiting(id, 'lock'), force)
  await first.release(id, 'returned', force)
  await owner.confirmRelease(reference)
  return bundleOf(owner, reference, 'release')
}
