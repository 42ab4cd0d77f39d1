import { strictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { sql } from 'kysely'
import { Refusal } from '../../src/core/index.ts'
import { withSchema } from '../../src/cli/bench/own-schema.ts'
import { openDatabase, type Database } from '../../src/registry/db/database.ts'
import { migrate } from '../../src/registry/db/migrate.ts'
import type { Sequencer } from '../../src/registry/log/sequencer.ts'
import type { Submission } from '../../src/registry/log/submission.ts'
import { LogBench, oidOf, type BenchKeys } from '../log-bench.ts'
import { keysToJson } from './bench-file.ts'

/** Two below a full tile: the next three cross its edge. */
export const ALMOST_FULL = 254
const TABLES = ['log_state', 'published', 'staging', 'entries', 'orders'] as const

type Rows = ReadonlyMap<(typeof TABLES)[number], readonly object[]>

/** A founded, almost full log, in a folder with its embedded database, closed: to be copied. */
export class Original {
  readonly folder: string
  readonly keys: BenchKeys

  private constructor(folder: string, keys: BenchKeys) {
    this.folder = folder
    this.keys = keys
  }

  static async make(): Promise<Original> {
    const { keys, pem } = await LogBench.keys()
    const at = mkdtempSync(join(tmpdir(), 'stolen-mode-crash-'))
    const database = await openDatabase({ folder: join(at, 'database') })
    await migrate(database.db)
    const bench = await LogBench.make(database, ALMOST_FULL, keys)
    await bench.stopWitness()
    await database.close()
    for (const part of ['log', 'witness'])
      cpSync(join(bench.folder, part), join(at, part), { recursive: true })
    await bench[Symbol.asyncDispose]()
    writeFileSync(join(at, 'bench.json'), JSON.stringify(keysToJson(keys, pem)))
    return new Original(at, keys)
  }

  /** A copy in a folder of its own, nothing running on it. */
  copy(to = mkdtempSync(join(tmpdir(), 'stolen-mode-crash-'))): string {
    cpSync(this.folder, to, { recursive: true })
    return to
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A copy at work: database open, witness running. */
export async function onCopy<T>(
  original: Original,
  work: (bench: LogBench) => Promise<T>,
): Promise<T> {
  const folder = original.copy()
  const bench = await openBench(folder, original.keys)
  try {
    await bench.startWitness()
    return await work(bench)
  } finally {
    await bench[Symbol.asyncDispose]()
    await bench.database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function openBench(folder: string, keys: BenchKeys): Promise<LogBench> {
  const database = await openDatabase({ folder: join(folder, 'database') })
  const bench = new LogBench(database, folder, keys)
  bench.now = Date.now()
  return bench
}

/** One open database that is put back before each cell: many cells, one start of the engine. */
export class Scene {
  readonly bench: LogBench
  readonly #original: Original
  readonly #rows: Rows

  private constructor(bench: LogBench, original: Original, rows: Rows) {
    this.bench = bench
    this.#original = original
    this.#rows = rows
  }

  static async use<T>(
    original: Original,
    serverUrl: string | null,
    work: (scene: Scene) => Promise<T>,
  ): Promise<T> {
    return onCopy(original, async (bench) => {
      const rows = new Map<(typeof TABLES)[number], readonly object[]>()
      for (const table of TABLES)
        rows.set(table, await bench.database.db.selectFrom(table).selectAll().execute())
      if (serverUrl === null) return work(new Scene(bench, original, rows))
      const schema = `crash_${randomUUID().replaceAll('-', '')}`
      return withSchema(serverUrl, schema, async (url) => {
        const embedded = bench.database
        bench.database = await openDatabase({ url })
        try {
          await migrate(bench.database.db)
          return await work(new Scene(bench, original, rows))
        } finally {
          await bench.database.close()
          bench.database = embedded
        }
      })
    })
  }

  async reset(): Promise<LogBench> {
    const { bench } = this
    await bench.stopWitness()
    await putBack(bench.database, this.#rows)
    for (const part of ['log', 'witness']) {
      rmSync(join(bench.folder, part), { recursive: true })
      cpSync(join(this.#original.folder, part), join(bench.folder, part), { recursive: true })
    }
    bench.told.length = 0
    bench.now = Date.now()
    await bench.startWitness()
    return bench
  }
}

async function putBack({ db }: Database, rows: Rows): Promise<void> {
  for (const table of TABLES) {
    await sql`truncate ${sql.table(table)}`.execute(db)
    const saved = rows.get(table) ?? []
    if (saved.length > 0)
      await db
        .insertInto(table)
        .values(saved as never)
        .execute()
  }
}

/** Answers by oid. Only one refusal is right while a fault lasts. */
export async function submitAll(
  sequencer: Sequencer,
  submissions: readonly Submission[],
): Promise<Map<string, number>> {
  const answers = await Promise.allSettled(submissions.map((one) => sequencer.submit(one)))
  await turnOfTheLoop() // whoever refused has then said whether it goes on
  const places = new Map<string, number>()
  for (const [i, answer] of answers.entries())
    if (answer.status === 'fulfilled')
      places.set(oidOf(submissions[i]!.body.payload), answer.value.index)
    else if (!(answer.reason instanceof Refusal) || answer.reason.code !== 'unavailable')
      throw answer.reason
  return places
}

export async function signedSize({ database }: LogBench): Promise<number> {
  const row = await database.db.selectFrom('log_state').select('size').executeTakeFirstOrThrow()
  return Number(row.size)
}

/** N or P, by what the database holds now. */
export async function progress(bench: LogBench): Promise<'N' | 'P'> {
  const size = await signedSize(bench)
  if (size !== ALMOST_FULL && size !== ALMOST_FULL + 3) throw new Error(`size ${size}`)
  return size === ALMOST_FULL ? 'N' : 'P'
}

/**
 * A process without faults takes over: everything submitted lands exactly once, where it was
 * acknowledged if it was, under a checkpoint that the witness cosigned; and all of it is whole.
 */
export async function heal(
  bench: LogBench,
  submitted: readonly Submission[],
  acknowledged: ReadonlyMap<string, number>,
): Promise<void> {
  const next = await bench.open()
  if (next.halted) throw next.halted
  const places = await submitAll(next, submitted)
  await next.close()
  strictEqual(places.size, submitted.length, 'everything lands')
  const logged = await bench.audit()
  for (const [oid, index] of [...acknowledged, ...places])
    strictEqual(logged.get(oid), index, 'an acknowledged order stands where it was acknowledged')
  strictEqual(bench.publishedSize(), await signedSize(bench), 'all of it is published')
  const founding = 1 + bench.founding.certificates.length
  strictEqual(logged.size, bench.publishedSize() - founding, 'nothing else stands there')
  const staged = await bench.database.db.selectFrom('staging').select('size').execute()
  strictEqual(staged.length, 0, 'nothing is left staged')
}

/** What a crash left in this folder, by the next process that opens it: N or P, and then all is healed. */
export async function reopened(
  folder: string,
  keys: BenchKeys,
  submitted: readonly Submission[],
  acknowledged: ReadonlyMap<string, number>,
): Promise<'N' | 'P'> {
  const bench = await openBench(folder, keys)
  try {
    await bench.startWitness()
    const outcome = await progress(bench)
    await heal(bench, [...submitted, ...bench.holds(3)], acknowledged)
    return outcome
  } finally {
    await bench.close()
    await bench.database.close()
  }
}
