import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EdgeLog, START, phone, type Phone } from '../../test/edge-log.ts'
import { makeLogger } from '../host/index.ts'
import { GrowingOutline, leafHash } from '../log/index.ts'
import { Alarms } from './alarms.ts'
import { openBook, type Book } from './book.ts'
import { MergedRegister } from './merged-register.ts'

const COUNT = 560
const logger = makeLogger('test', 'silent')
const refusal = (code: string) => expect.objectContaining({ code })

let log: EdgeLog
/** By their leaf. */
let phones: ReadonlyMap<number, Phone>
let folder: string
let alarms: Alarms
let merged: MergedRegister
let book: Book | null

beforeAll(() => {
  log = new EdgeLog({ capPerHour: COUNT })
  const all = Array.from({ length: COUNT }, (_, i) => phone(i))
  phones = new Map(all.map((one) => [log.lock(one).index, one]))
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-expected-'))
  book = null
})

afterEach(async () => {
  await book?.close()
  await rm(folder, { recursive: true })
})

async function open(): Promise<Book> {
  await book?.close()
  alarms = new Alarms(logger)
  merged = new MergedRegister()
  book = await openBook({
    origin: log.origin,
    merged,
    dataFolder: folder,
    trust: log.trust,
    alarms,
    logger,
    onApplied: () => undefined,
    clock: () => START,
  })
  return book
}

function expected(size = log.size, options: Parameters<EdgeLog['checkpoint']>[0] = {}) {
  const growing = new GrowingOutline()
  for (const { entry } of log.records.slice(0, size)) growing.append(leafHash(entry))
  return { note: log.checkpoint({ size, ...options }), outline: growing.outline() }
}

async function receive({ follower }: Book, to: number): Promise<void> {
  for (const record of log.records.slice(follower.next, to)) follower.receive(record)
  await follower.takeExpected()
}

/** Which phones are known to be stolen, as the first leaf that is none of them. */
function stolenUpTo(): number {
  const unknown = [...phones].filter(([, { imei }]) => merged.stateOf(imei) !== 'stolen')
  return unknown[0]?.[0] ?? log.size
}

describe('a tree whose leaves are still on their way', () => {
  test('is believed chunk by chunk, and known as a whole at the end', async () => {
    const one = await open()
    one.follower.expect(expected())
    await receive(one, 255)
    expect([one.follower.size, stolenUpTo()]).toEqual([0, log.size - COUNT])
    await receive(one, 300)
    expect([one.follower.size, stolenUpTo(), one.follower.isReady]).toEqual([256, 256, false])
    await receive(one, log.size)
    expect([one.follower.size, stolenUpTo(), one.follower.isReady]).toEqual([
      log.size,
      log.size,
      true,
    ])
    expect(one.follower.newestNote).toBe(one.follower.guardedNote)
    expect(one.follower.expectedNote).toBeNull()
  })

  test('A87 is refused from the first leaf on that is not of it, however late that is', async () => {
    const one = await open()
    one.follower.expect(expected())
    const records = log.records.map((record) =>
      record.index === 400 ? { ...record, entry: log.records[399]!.entry } : record,
    )
    for (const record of records) one.follower.receive(record)
    await expect(one.follower.takeExpected()).rejects.toEqual(refusal('not-consistent'))
    expect([one.follower.size, stolenUpTo()]).toEqual([256, 256])
    // The true leaves heal it.
    one.follower.dropQueue()
    await receive(one, log.size)
    expect(stolenUpTo()).toBe(log.size)
  })

  test('is not expected by an outline of another tree, nor without the witnesses', async () => {
    const { follower } = await open()
    const { note, outline } = expected()
    const chunks = outline.chunks.slice()
    chunks[0]! ^= 1
    const codeOf = (value: Parameters<typeof follower.expect>[0]) => {
      try {
        follower.expect(value)
        return 'expected'
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    expect(codeOf({ note, outline: { ...outline, chunks } })).toBe('not-consistent')
    expect(codeOf({ note, outline: expected(300).outline })).toBe('malformed')
    expect(codeOf(expected(log.size, { witnesses: 0 }))).toBe('witness-quorum')
    expect(follower.expectedNote).toBeNull()
  })

  test('locks nothing before the guardians have seen it', async () => {
    const one = await open()
    one.follower.expect(expected(log.size, { guardians: 0 }))
    await receive(one, log.size)
    expect([one.follower.size, one.follower.waitingOrders]).toEqual([log.size, COUNT])
    one.follower.note(log.checkpoint())
    expect([stolenUpTo(), one.follower.waitingOrders]).toEqual([log.size, 0])
  })

  test('goes on where a restart broke it off, wherever that was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: log.size }), { minLength: 1, maxLength: 4 }),
        async (stops) => {
          await book?.close()
          book = null
          await rm(folder, { recursive: true })
          await mkdir(folder)
          let one = await open()
          one.follower.expect(expected())
          for (const stop of stops.toSorted((a, b) => a - b)) {
            await receive(one, stop)
            const { size } = one.follower
            one = await open()
            expect([one.follower.size, stolenUpTo() >= size]).toEqual([size, true])
          }
          await receive(one, log.size)
          one = await open()
          expect([one.follower.size, stolenUpTo(), alarms.raised]).toEqual([log.size, log.size, []])
          expect(one.follower.expectedNote).toBeNull()
          await expect(stat(join(folder, 'expected.journal'))).rejects.toThrow('ENOENT')
        },
      ),
      { numRuns: 4 },
    )
  })

  test('loses time and nothing else with what was kept to prove it', async () => {
    let one = await open()
    one.follower.expect(expected(300))
    await receive(one, 300)
    one.follower.expect(expected())
    await receive(one, 520)
    await one.close()
    const path = join(folder, 'expected.journal')
    const bytes = await readFile(path)
    bytes[bytes.length - 40]! ^= 1
    await writeFile(path, bytes)
    one = await open()
    expect([one.follower.size, stolenUpTo(), alarms.raised]).toEqual([300, 300, []])
    one.follower.expect(expected())
    await receive(one, log.size)
    expect(stolenUpTo()).toBe(log.size)
  })
})
