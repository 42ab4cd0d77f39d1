import { Refusal, demand } from '../core/index.ts'
import { sha256Fast } from '../host/index.ts'
import {
  GrowingOutline,
  TILE_WIDTH,
  leafHash,
  parseCheckpoint,
  parseNote,
  type TreeOutline,
} from '../log/index.ts'
import type { Follower } from './follower.ts'
import type { Expected } from './log-record.ts'
import type { Journal, StoredRecord } from './journal.ts'

/**
 * Gives an empty follower what this machine's journal proves, chunk by chunk, however long it is: read
 * once for the outlines of its trees, and once for its leaves.
 * @returns where the proved leaves end, in bytes
 * @throws {Refusal} it does not prove itself; what `stop` is aborted with, and what a disk throws
 */
export async function replay(
  follower: Follower,
  journal: Journal,
  stop?: AbortSignal,
): Promise<number> {
  const run = new Replay(follower, journal, stop)
  try {
    return await run.run()
  } finally {
    await run.close()
  }
}

class Replay {
  readonly #follower: Follower
  readonly #journal: Journal
  readonly #stop: AbortSignal | undefined
  readonly #records: AsyncIterator<StoredRecord>
  /** Where the leaves that wait end, in bytes, in order. */
  #ends: number[] = []
  #provedEnd = 0
  #isEmpty = true

  constructor(follower: Follower, journal: Journal, stop: AbortSignal | undefined) {
    this.#follower = follower
    this.#journal = journal
    this.#stop = stop
    this.#records = journal.records()
  }

  async run(): Promise<number> {
    const notes = await this.#journal.notes()
    const outlines = await this.outlines(notes.map(sizeOf))
    for (const note of notes) {
      const outline = outlines.get(sizeOf(note))
      demand(outline !== undefined, 'feed-gap', 'a checkpoint covers more than is there')
      await this.take({ note, outline })
    }
    const expected = await this.#journal.expected()
    if (expected && expected.outline.size > this.#follower.size) await this.resume(expected)
    this.#follower.dropQueue()
    const { isReady, expectedNote } = this.#follower
    const isProved = isReady || expectedNote !== null || this.#isEmpty
    demand(isProved, 'witness-quorum', 'leaves that no checkpoint covers')
    return this.#provedEnd
  }

  /** The journal may be half read. */
  async close(): Promise<void> {
    await this.#records.return?.()
  }

  /** Of the trees of these sizes, as far as there are leaves. */
  private async outlines(sizes: readonly number[]): Promise<Map<number, TreeOutline>> {
    const growing = new GrowingOutline(sha256Fast)
    const outlines = new Map<number, TreeOutline>()
    for await (const { record } of this.#journal.records()) {
      growing.append(leafHash(record.entry, sha256Fast))
      const size = record.index + 1
      this.#isEmpty = false
      if (sizes.includes(size)) outlines.set(size, growing.outline())
      this.#stop?.throwIfAborted()
    }
    return outlines
  }

  private async take(expected: Expected): Promise<void> {
    const { size } = expected.outline
    if (size <= this.#follower.size) return this.#follower.noteGently(expected.note, this.#stop)
    this.#follower.expect(expected)
    await this.receive(size)
  }

  /** Progress of a first proof that a restart broke off: nothing is lost with it but time. */
  private async resume(expected: Expected): Promise<void> {
    try {
      this.#follower.expect(expected)
    } catch (error) {
      if (error instanceof Refusal) return
      throw error
    }
    await this.receive(expected.outline.size)
  }

  private async receive(size: number): Promise<void> {
    const follower = this.#follower
    while (follower.next < size) {
      const next = await this.#records.next()
      if (next.done) return
      follower.receiveOwn(next.value.record)
      this.#ends.push(next.value.end)
      if (follower.next % TILE_WIDTH === 0 || follower.next === size) await this.settle()
    }
  }

  private async settle(): Promise<void> {
    const before = this.#follower.size
    await this.#follower.takeExpected(this.#stop)
    const proved = this.#ends.splice(0, this.#follower.size - before)
    this.#provedEnd = proved.at(-1) ?? this.#provedEnd
  }
}

/** @throws {Refusal} note-malformed, checkpoint-malformed */
function sizeOf(note: string): number {
  return parseCheckpoint(parseNote(note).text).size
}
