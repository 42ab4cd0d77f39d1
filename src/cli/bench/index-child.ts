// A process of its own, so that its memory is the index's and nobody else's. It is given a file with a
// snapshot and its SHA-256 behind, and the number of entries; it answers with one line of JSON.
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { SNRS_OF_A_TAC, decodeSnapshot, imeiOfNumbers } from '../../core/index.ts'
import { ImeiSet, type LoadedSet } from '../../edge/index.ts'
import { writeFileDurably } from '../../host/index.ts'
import { listedTacs, randomFrom } from './listed-numbers.ts'
import { plainSet, queriesFor, rateOf, sortedArray, type Rate } from './queries.ts'
import { TurnClock, type Pause } from './turn-clock.ts'

const CHANGES_PER_TURN = 20
const CHECKS_PER_TURN = 200
const QUIET_MS = 1_000
const HASH_BYTES = 32
/** What a Set, and an array, is measured with at most. */
const MOST_IN_A_SET = 1_000_000
const MOST_IN_AN_ARRAY = 10_000_000

/** Something that takes its time while checks are answered. */
export interface Watched {
  readonly seconds: number
  /** Most memory of the whole process meanwhile. */
  readonly rssMb: number
  readonly pause: Pause
}

/** What one process measured of one size. */
export interface IndexMeasured {
  readonly entries: number
  /** From the file on disk to the first answer. */
  readonly loadSeconds: number
  readonly bytesPerEntry: number
  readonly rssMb: number
  /** Checks and nothing else: what pauses there are anyway. */
  readonly quiet: Watched
  /** A new base: watched while what it is made of is said, timed from there to the swap. */
  readonly rebuild: Watched
  /** To a file, durably. */
  readonly save: Watched
  /** Million answers a second of processor time. */
  readonly lookups: Rate
  readonly plainSet: Rate | null
  readonly sortedArray: Rate | null
}

const rssMb = () => Math.round(process.memoryUsage.rss() / 2 ** 20)

async function measure(path: string, entries: number): Promise<IndexMeasured> {
  const start = performance.now()
  const loaded = await load(path)
  const loadSeconds = (performance.now() - start) / 1000
  if (loaded.set.size !== entries) throw new Error('the file holds another number of entries')
  const { set } = loaded
  const bytesPerEntry = Math.round((set.bytes / entries) * 1000) / 1000
  await wait(QUIET_MS)
  const atRest = rssMb()
  const quiet = await watch(
    set,
    timed(() => wait(QUIET_MS)),
  )
  const rebuild = await watch(set, async () => {
    await change(set)
    return timed(() => set.settled())()
  })
  const save = await watch(
    set,
    timed(async () => {
      const { bytes, sha256 } = await set.encode(loaded.list, loaded.treeSize)
      await writeFileDurably(`${path}.saved`, [bytes, sha256])
    }),
  )

  const { groups } = decodeSnapshot(readFileSync(path).subarray(0, -HASH_BYTES))
  const queries = queriesFor(groups, entries)
  // The set as it was in the file: what was added since would make hits of misses.
  const unchanged = (await load(path)).set
  return {
    entries,
    loadSeconds,
    bytesPerEntry,
    rssMb: atRest,
    quiet,
    rebuild,
    save,
    lookups: rateOf((imei) => unchanged.has(imei), queries),
    plainSet: entries <= MOST_IN_A_SET ? rateOf(plainSet(groups), queries) : null,
    sortedArray: entries <= MOST_IN_AN_ARRAY ? rateOf(sortedArray(groups, entries), queries) : null,
  }
}

async function load(path: string): Promise<LoadedSet> {
  const file = new Uint8Array(await readFile(path))
  return ImeiSet.fromSnapshot(file.subarray(0, -HASH_BYTES), file.subarray(-HASH_BYTES), fail)
}

/** Adds numbers until that is worth a new base: one in ten of a model most likely never seen before. */
async function change(set: ImeiSet): Promise<void> {
  const random = randomFrom(set.size)
  const tacs = listedTacs()
  const anyTac = () =>
    random() % 10 === 0 ? random() % SNRS_OF_A_TAC : tacs[random() % tacs.length]!
  while (!set.isFolding) {
    for (let i = 0; i < CHANGES_PER_TURN && !set.isFolding; i++)
      set.add(imeiOfNumbers(anyTac(), random() % SNRS_OF_A_TAC))
    await new Promise(setImmediate)
  }
}

/** @returns seconds */
function timed(work: () => Promise<void>): () => Promise<number> {
  return async () => {
    const start = performance.now()
    await work()
    return (performance.now() - start) / 1000
  }
}

/** @param work resolves with the seconds that count; all of it is watched */
async function watch(set: ImeiSet, work: () => Promise<number>): Promise<Watched> {
  const random = randomFrom(1)
  const anyNumber = () => random() % SNRS_OF_A_TAC
  let most = 0
  const memory = setInterval(() => (most = Math.max(most, rssMb())), 20)
  const clock = new TurnClock(() => {
    for (let i = 0; i < CHECKS_PER_TURN; i++) set.has(imeiOfNumbers(anyNumber(), anyNumber()))
  })
  const seconds = await work()
  // The turn of the swap itself is over only now.
  await new Promise(setImmediate)
  clearInterval(memory)
  return { seconds, rssMb: Math.max(most, rssMb()), pause: clock.stop() }
}

function fail(error: unknown): never {
  throw error
}

const [path = '', entries] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await measure(path, Number(entries)))}\n`)
