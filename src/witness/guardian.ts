import { Refusal, demand, parseEntry } from '../core/index.ts'
import type { VerifiedCheckpoint } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { json, problem } from './answer.ts'
import { breachOf, loadBreach, refusalOf, saveBreach, type Breach } from './breach.ts'
import type { Route } from './http.ts'
import { LogReader } from './log-reader.ts'
import { LawBroken, Mirror, type Extension } from './mirror.ts'
import { openHouse, serve, type RunningWitness, type WitnessOptions } from './server.ts'
import type { OriginState } from './state-store.ts'

/** How far a new entry may be ahead of our clock, in ms. */
const MAX_AHEAD = 5_000
/** How far behind it, for a guardian that was up to date, and how long it counts as that, in ms. */
const MAX_BEHIND = 60_000

export interface GuardianOptions extends Omit<WitnessOptions, 'approve'> {
  readonly trust: Trust
  /** Where the log serves its entry bundles; without final slash. */
  readonly logUrl: string
}

/**
 * A guardian: a witness that also holds every entry, and withholds its line from a log in which one
 * breaks the law. It starts with the log out of reach and catches up when first asked.
 * @throws {Refusal} as `startWitness`
 */
export async function startGuardian(options: GuardianOptions): Promise<RunningWitness> {
  const origins = new Set(options.logs.map((key) => key.name))
  demand(origins.size === 1, 'config', 'a guardian mirrors exactly one log')
  const house = await openHouse(options)
  try {
    const closing = new AbortController()
    const reader = new LogReader(options.logUrl, closing.signal)
    const breach = await loadBreach(options.dataDir)
    const state = house.store.all()[0]!
    const guardian = new Guardian({ options, state, reader, breach })
    const running = await serve({
      options,
      house,
      approve: (checkpoint, previousSize) => guardian.approve(checkpoint, previousSize),
      health: () => guardian.health(),
      routes: new Map([['/breach', guardian.breachRoute()]]),
    })
    const rebuilt = state.exclusively(() => guardian.rebuild())
    // Already said at /healthz and in the log; the next request tries again.
    const settled = rebuilt.catch(() => undefined)
    return {
      url: running.url,
      async close() {
        closing.abort()
        await settled
        await running.close()
      },
    }
  } catch (error) {
    house.lock.release()
    throw error
  }
}

class Guardian {
  readonly #options: GuardianOptions
  readonly #state: OriginState
  readonly #reader: LogReader
  #mirror: Mirror
  #breach: Breach | null
  /** Why the mirror does not stand where the last cosignature does, if it does not. */
  #trouble: string | null = null
  /** When the checkpoint that last made the mirror grow was met, in ms; null since the start. */
  #grewAt: number | null = null

  constructor(made: {
    readonly options: GuardianOptions
    readonly state: OriginState
    readonly reader: LogReader
    readonly breach: Breach | null
  }) {
    this.#options = made.options
    this.#state = made.state
    this.#reader = made.reader
    this.#breach = made.breach
    this.#mirror = this.emptyMirror()
  }

  /**
   * Every entry below the checkpoint obeys the law and the clock.
   * @throws {Refusal} cap-exceeded, unlawful; unavailable: the log could not be read
   */
  async approve(checkpoint: VerifiedCheckpoint, previousSize: number): Promise<void> {
    const met = this.#options.surroundings.clock()
    this.checkBreach(checkpoint)
    // Beyond it after a breach, or where our own state could not be written: begin again.
    if (this.#mirror.size > checkpoint.size) this.#mirror = this.emptyMirror()
    await this.rebuild()
    const extension = await this.read(checkpoint)
    this.checkTimes(extension, met)
    await this.apply(extension, checkpoint)
    // Only growth counts: else anybody could keep us "up to date" by sending an old checkpoint
    // again and again, and so have us refuse what a registry brings back from an outage.
    if (checkpoint.size > previousSize) this.#grewAt = met
  }

  /**
   * Brings the mirror to where the last cosignature stands, from the log alone, and demands its
   * root. Does nothing when it is there. @throws {Refusal} as `approve`
   */
  async rebuild(): Promise<void> {
    const { last } = this.#state
    if (last === null || this.#mirror.size >= last.size) return
    this.checkBreach(last)
    const { logger } = this.#options
    try {
      await this.apply(await this.read(last), last)
      this.#trouble = null
      logger.info({ size: last.size }, 'mirror rebuilt')
    } catch (error) {
      this.#trouble = error instanceof Refusal ? error.message : 'internal'
      logger.error({ err: error, size: last.size }, 'the mirror cannot be rebuilt')
      throw error
    }
  }

  health(): object {
    const breach = this.#breach
    const status = breach !== null ? 'silent' : this.#trouble !== null ? 'mirror-behind' : 'ok'
    return { status, mirror: { size: this.#mirror.size, trouble: this.#trouble }, breach }
  }

  breachRoute(): Route {
    const none = problem(404, new Refusal('not-found', 'no breach has been seen'))
    return { method: 'GET', answer: () => (this.#breach ? json(this.#breach) : none) }
  }

  private checkBreach({ size }: VerifiedCheckpoint): void {
    if (this.#breach !== null && size > this.#breach.index) throw refusalOf(this.#breach)
  }

  private async read(checkpoint: VerifiedCheckpoint): Promise<Extension> {
    try {
      return await this.#mirror.read(checkpoint)
    } catch (error) {
      throw asUnlawful(error, this.#mirror.size)
    }
  }

  private async apply(extension: Extension, checkpoint: VerifiedCheckpoint): Promise<void> {
    try {
      await this.#mirror.apply(extension)
    } catch (error) {
      if (!(error instanceof LawBroken)) throw asUnlawful(error, this.#mirror.size)
      const breach = breachOf(error, checkpoint)
      // In memory first: a disk that fails must not make us forget within this process.
      this.#breach = breach
      this.#options.logger.warn({ code: breach.code, facts: breach.facts }, 'the law was broken')
      await saveBreach(this.#options.dataDir, breach)
      throw refusalOf(breach)
    }
  }

  /**
   * Times never fall within a log (the ledger sees to that), so the first and the last new entry
   * speak for all. Nothing is remembered: a clock that was wrong may be right at the next attempt.
   */
  private checkTimes({ from, to, first, last }: Extension, met: number): void {
    const now = this.#options.surroundings.clock()
    const ahead = timeOf(last) - now
    if (ahead > MAX_AHEAD)
      throw new Refusal('unlawful', `an entry is ${ahead} ms ahead of this clock`, {
        cause: 'ahead-of-clock',
        index: to - 1,
        milliseconds: ahead,
      })
    const isUpToDate = this.#grewAt !== null && met - this.#grewAt <= MAX_BEHIND
    const behind = met - timeOf(first)
    if (isUpToDate && behind > MAX_BEHIND)
      throw new Refusal('unlawful', `an entry is ${behind} ms behind this clock`, {
        cause: 'behind-clock',
        index: from,
        milliseconds: behind,
      })
  }

  private emptyMirror(): Mirror {
    return new Mirror(this.#options.trust, this.#reader)
  }
}

/** NaN where there is no time to read: the comparison fails and the ledger names what is wrong. */
function timeOf(entry: Uint8Array | null): number {
  if (entry === null) return NaN
  try {
    return parseEntry(entry).t
  } catch {
    return NaN
  }
}

/** Entries that do not fit the signed root may come from whoever carries them: nothing is remembered. */
function asUnlawful(error: unknown, index: number): unknown {
  if (!(error instanceof Refusal) || error.code === 'unavailable') return error
  return new Refusal('unlawful', error.message, { cause: error.code, index })
}
