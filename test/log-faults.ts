import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Schema } from '../src/registry/db/tables.ts'
import type { SequencerDeps } from '../src/registry/log/sequencer.ts'
import { TileStore } from '../src/registry/log/tile-store.ts'
import type { LogBench } from './log-bench.ts'

/** Where a sequencer can die, in the order it works; the three kinds of files are written together. */
export const STEPS = [
  'sign',
  'swap',
  'entry bundle',
  'level-0 tile',
  'upper tile',
  'publication',
  'checkpoint file',
  'feed',
  'discard',
] as const
export type Step = (typeof STEPS)[number]
export type When = 'before' | 'after'

/** Fails one step, before it does its work or after it has done it, for as long as it is armed. */
export class Faults {
  readonly #die: (reason: string) => never
  #step: Step | null = null
  #when: When = 'before'
  #transactions = 0
  /** Told of every step, armed or not. */
  watch: (step: string, when: When) => void = () => undefined
  /** How often the armed step was met. */
  met = 0

  /** @param die how a step fails: by an error, or with the whole process */
  constructor(
    die = (reason: string): never => {
      throw new Error(reason)
    },
  ) {
    this.#die = die
  }

  /** What a sequencer needs to meet the fault. */
  deps(bench: LogBench): Pick<SequencerDeps, 'db' | 'store' | 'log' | 'onPublished'> {
    const { log, told } = bench
    return {
      db: this.database(bench.database.db),
      store: this.store(join(bench.folder, 'log')),
      log: { key: log.key, sign: (text) => this.runNow('sign', () => log.sign(text)) },
      onPublished: (published, accepted) => {
        if (accepted.length === 0) told.push({ published, accepted })
        else this.runNow('feed', () => told.push({ published, accepted }))
      },
    }
  }

  arm(step: Step, when: When): void {
    this.#step = step
    this.#when = when
    this.met = 0
    this.restart()
  }

  lift(): void {
    this.#step = null
  }

  /** Steps are counted within one pool. */
  restart(): void {
    this.#transactions = 0
  }

  /** The pool's swap is over already. */
  skipTransaction(): void {
    this.#transactions++
  }

  private async run<T>(step: string, work: () => Promise<T>): Promise<T> {
    if (step !== this.#step) {
      this.watch(step, 'before')
      const done = await work()
      this.watch(step, 'after')
      return done
    }
    this.met++
    if (this.#when === 'after') await work()
    return this.#die(`fault ${this.#when} ${step}`)
  }

  private runNow<T>(step: Step, work: () => T): T {
    if (step !== this.#step) return work()
    this.met++
    if (this.#when === 'after') work()
    return this.#die(`fault ${this.#when} ${step}`)
  }

  store(folder: string): TileStore {
    const run = <T>(step: string, work: () => Promise<T>) => this.run(step, work)
    return new (class extends TileStore {
      override write(path: string, bytes: Uint8Array): Promise<void> {
        return run(kindOf(path), () => super.write(path, bytes))
      }

      override writeCheckpoint(note: string): Promise<void> {
        return run('checkpoint file', () => super.writeCheckpoint(note))
      }
    })(folder)
  }

  /** The same database, whose transactions fail as a lost connection makes them fail. */
  database(db: Kysely<Schema>): Kysely<Schema> {
    const transaction = () => {
      const step = ++this.#transactions === 1 ? 'swap' : 'publication'
      const real = db.transaction().setIsolationLevel('read committed')
      const execute = (body: Parameters<typeof real.execute>[0]) =>
        this.run(step, () => real.execute(body))
      return { setIsolationLevel: () => ({ execute }) }
    }
    const deleting = (query: ReturnType<typeof db.deleteFrom<'staging'>>): unknown => ({
      where: (...is: Parameters<typeof query.where>) => deleting(query.where(...is)),
      execute: () => this.run('discard', () => query.execute()),
    })
    const deleteFrom = (table: 'staging') => deleting(db.deleteFrom(table))
    const replaced: Readonly<Record<string, unknown>> = { transaction, deleteFrom }
    return new Proxy(db, {
      get: (target, name) => {
        if (typeof name === 'string' && Object.hasOwn(replaced, name)) return replaced[name]
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }
}

function kindOf(path: string): Step {
  if (path.startsWith('tile/entries/')) return 'entry bundle'
  return path.startsWith('tile/0/') ? 'level-0 tile' : 'upper tile'
}
