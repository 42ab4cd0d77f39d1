import type { Signer } from '../core/index.ts'
import { Phone } from '../device/index.ts'
import type { Logger, Surroundings } from '../host/index.ts'
import type { Produced } from './production.ts'

/** The first evening with a new phone: enrolled, its owner's key with it, set up. */
export interface Unboxed {
  readonly phone: Produced
  /** The printed recovery card. */
  readonly card: string
}

export interface Unboxing {
  readonly registryUrl: string
  readonly country: string
  readonly model: string
  readonly owner: Signer
  readonly surroundings: Surroundings
  readonly monotonic: () => number
  readonly logger: Logger
}

/** Enrols and activates a phone through its own doors, then switches it off. */
export async function unbox(produced: Produced, options: Unboxing): Promise<Unboxed> {
  const { registryUrl, country, surroundings, monotonic, logger } = options
  const phone = new Phone({
    dir: produced.dir,
    registryUrl,
    country,
    surroundings,
    monotonic,
    logger,
  })
  await phone.powerOn()
  try {
    const { statement, record, index, path } = produced
    const { card } = await phone.enrol({
      statement,
      record,
      index,
      path,
      model: options.model,
      ownerKey: options.owner,
    })
    if (card === null) throw new Error('the phone was enrolled before: its card was shown then')
    await phone.activate()
    return { phone: produced, card }
  } finally {
    await phone.powerOff()
  }
}
