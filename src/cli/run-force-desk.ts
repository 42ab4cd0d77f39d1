import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../core/index.ts'
import { machine, makeLogger } from '../host/index.ts'
import { ForceDesk } from './clients/force-desk.ts'
import type { Config } from './config.ts'
import { Files, loadSigner, loadTrust } from './files.ts'
import type { Running } from './out.ts'
import { boundRegistries } from './registries.ts'

/** How often it asks what waits. */
const EVERY_MS = 500

/** The force's order key, in a process that nobody can reach. */
export async function runForceDesk(config: Config): Promise<Running> {
  const files = new Files(config.data)
  const logger = makeLogger('force-desk', config.logLevel)
  const trust = await loadTrust(files.root)
  const { url, origin } = boundRegistries(config.registries, trust)[0]!
  const key = await loadSigner(files.key('force-order'))
  const desk = new ForceDesk(url, { key, trust, clock: machine.clock, origin })
  const stopped = new AbortController()
  const tell = (error: unknown) =>
    logger.warn({ code: error instanceof Refusal ? error.code : 'internal' }, 'not signed')
  const work = async () => {
    while (!stopped.signal.aborted) {
      await desk.once().then((refused) => refused.forEach(tell), tell)
      await wait(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  }
  const working = work()
  const close = async () => {
    stopped.abort()
    await working
  }
  return { url, close }
}
