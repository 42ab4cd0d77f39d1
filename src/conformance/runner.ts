import type { RandomBytes } from '../host/index.ts'
import { AdapterFault, type AdapterLink, type OpenLink } from './adapter-link.ts'
import type { Case } from './case.ts'
import { CaseLog } from './case-log.ts'
import { Constellation, pick } from './constellation.ts'
import { play, type Missed } from './play.ts'
import { PlayedRegister } from './played-register.ts'
import { PlayedRegistry } from './played-registry.ts'
import type { Feature, Started } from './protocol.ts'
import { SetUpRefused, Stage, type Played } from './stage.ts'
import type { Exchange } from './transcript.ts'

export type Outcome = 'passed' | 'failed' | 'skipped' | 'errored'

export interface CaseResult {
  readonly id: Case['id']
  readonly outcome: Outcome
  /** Why, where it is not `passed`. */
  readonly why: string | null
}

export interface Run {
  readonly started: Started | null
  /** By case id. */
  readonly results: readonly CaseResult[]
  readonly transcript: readonly Exchange[]
}

export interface RunOptions {
  readonly open: OpenLink
  readonly cases: readonly Case[]
  readonly suite: string
  readonly random: RandomBytes
  readonly progress?: (done: number, of: number) => void
}

/** Starts in a row that may fail before the adapter is given up. */
const MAX_STARTS = 3

/** Plays all cases against one device, in an order nobody can foresee. */
export async function runCases(options: RunOptions): Promise<Run> {
  const { cases, random, progress } = options
  const world = new Constellation(random)
  const registry = new PlayedRegistry(world, new CaseLog(world))
  const register = new PlayedRegister()
  await registry.up()
  const played = { world, registry, register, registerUrl: await register.start() }
  const bench = new Bench(options, played)
  const results: CaseResult[] = []
  try {
    for (const one of shuffled(cases, random)) {
      results.push(await bench.run(one))
      progress?.(results.length, cases.length)
    }
  } finally {
    await bench.close()
    await registry.down()
    await register.close()
  }
  const { started, transcript } = bench
  return { started, results: results.toSorted((a, b) => (a.id < b.id ? -1 : 1)), transcript }
}

/** Where one adapter stands; a new one is fetched after each fault. */
class Bench {
  readonly transcript: Exchange[] = []
  readonly #options: RunOptions
  readonly #played: Played
  started: Started | null = null
  #link: AdapterLink | null = null
  #failedStarts = 0

  constructor(options: RunOptions, played: Played) {
    this.#options = options
    this.#played = played
  }

  async run(one: Case): Promise<CaseResult> {
    const { id } = one
    try {
      const link = await this.#adapter()
      const features = new Set(this.started?.features)
      const missing = one.requires?.find((feature) => !features.has(feature))
      if (missing) return { id, outcome: 'skipped', why: `without ${missing}` }
      await this.#played.registry.up()
      const stage = new Stage(this.#played, link, features, (exchange) =>
        this.transcript.push({ case: id, ...exchange }),
      )
      await stage.prepare(one.given)
      const missed = await play(stage, one)
      return { id, outcome: missed ? 'failed' : 'passed', why: missed && inWords(missed) }
    } catch (error) {
      if (error instanceof SetUpRefused) return { id, outcome: 'failed', why: error.message }
      if (!(error instanceof AdapterFault)) throw error
      await this.close()
      return { id, outcome: 'errored', why: error.message }
    }
  }

  async close(): Promise<void> {
    const link = this.#link
    this.#link = null
    await link?.close()
  }

  async #adapter(): Promise<AdapterLink> {
    if (this.#link) return this.#link
    if (this.#failedStarts >= MAX_STARTS) throw new AdapterFault('the adapter does not start')
    this.#failedStarts++
    const link = await this.#options.open()
    this.#link = link
    const started = await link.start(this.#options.suite)
    const before = this.started
    // A device that comes back as another one would be judged by cases it does not have.
    if (before !== null && !isSame(before, started))
      throw new AdapterFault('another device than at the first start')
    this.started = started
    this.#failedStarts = 0
    return link
  }
}

function isSame(a: Started, b: Started): boolean {
  const named = ({ implementation: { name, version, store }, features }: Started) =>
    JSON.stringify([name, version, store, [...new Set<Feature>(features)].toSorted()])
  return named(a) === named(b)
}

const inWords = ({ step, what, expected, found }: Missed) =>
  `step ${step}, ${what}: expected ${expected}, found ${found}`

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: RandomBytes): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = pick(random, i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
