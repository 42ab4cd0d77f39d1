import { open, readFile, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import {
  LISTS,
  MAX_SNAPSHOT_BYTES,
  Refusal,
  asArray,
  asBytes,
  asText,
  asUint,
  decodeCbor,
  demand,
  encodeCbor,
  equal,
  parseImei14,
  toHex,
  u32,
  utf8,
  type Imei14,
} from '../../core/index.ts'
import { sha256Fast, syncPath, writeFileDurably, type Logger } from '../../host/index.ts'
import { checkQuorum, logKeys, openCheckpoint } from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { OwnLists } from '../register.ts'
import { HASH_BYTES, ImeiSet } from '../sets/imei-set.ts'
import { ListedNumbers } from './listed-numbers.ts'

const NAME = 'lists.kept'
const TAIL = /^lists\.tail-([0-9]{1,16})$/
const MAX_BYTES = 2 * MAX_SNAPSHOT_BYTES
const MAX_NOTE = 65_536
const MAX_HEAD = 2 * MAX_NOTE
const MAX_TAIL_BYTES = 2 ** 28
/** `+` or `-` and a number, or `@` and a tree size that was reached; then a space and four hex digits of the hash of that. */
const LINE = /^(?:([+-])([0-9]{14})|@([0-9]{1,16})) ([0-9a-f]{4})$/

export interface KeptListsOptions {
  readonly folder: string
  readonly origin: string
  readonly trust: Trust
  readonly logger: Logger
}

/**
 * A register's lists on its own disk: from them it answers at once after a restart, while it replays and
 * proves its journal, which takes a minute for some hundred thousand orders. Whole every few minutes: length
 * and CBOR of `[checkpoint, length and SHA-256 of black, the same of grey]`, SHA-256 of that, then both lists;
 * each change of the black list since then in a tail. A power cut loses what the journal would lose, and a damaged line itself alone.
 */
export class KeptLists {
  readonly #options: KeptListsOptions
  #tail: FileHandle | null = null
  /** Lines that wait for their turn; null where none do. */
  #batch: string[] | null = null
  #isKeeping = false
  /** Whether the size of the tree was said behind the last change. */
  #isReached = true
  #saving: Promise<void> = Promise.resolve()
  #isForgotten = false
  #writing: Promise<void> = Promise.resolve()
  #isBroken = false

  constructor(options: KeptListsOptions) {
    this.#options = options
  }

  /** What is there, if it is whole and of a tree under the guarded quorum; else null, and nothing is lost. */
  async read(): Promise<ListedNumbers | null> {
    const { folder, origin, trust, logger } = this.#options
    try {
      const file = await readFile(join(folder, NAME)).catch(ignoreMissing)
      if (!file) return null
      demand(file.length <= MAX_BYTES, 'too-large', 'a file larger than any lists')
      const { note, black, grey } = piecesOf(file)
      const { guarded, verify } = trust
      const checkpoint = openCheckpoint(note, logKeys(guarded), verify.ed25519)
      demand(checkpoint.origin === origin, 'log-unknown', 'lists of another log')
      const { timeSeconds } = checkQuorum(checkpoint, guarded, verify.ed25519)
      const { size } = checkpoint
      const set = await this.setOf(black, LISTS.black, size)
      let reached = size
      for (const tail of await this.tails())
        if (tail >= size) reached = Math.max(reached, await this.replay(tail, set))
      return new ListedNumbers({
        black: set,
        grey: await this.setOf(grey, LISTS.grey, size),
        size: reached,
        time: timeSeconds ?? 0,
      })
    } catch (error) {
      // They are there to be quick: whatever is wrong with them, the journal tells the same, later.
      if (error instanceof Refusal) logger.warn({ code: error.code }, 'lists on disk are not used')
      else logger.error({ err: error }, 'lists on disk cannot be read')
      return null
    }
  }

  /** Written behind the caller's back, as the journal is. */
  changed(imei: Imei14, isBlack: boolean): void {
    if (this.#isBroken) return
    // Lists that lack a lock would let it through at the next start: none are better.
    if (!this.#isKeeping) return this.forget()
    this.#isReached = false
    this.say(`${isBlack ? '+' : '-'}${imei}`)
  }

  /** All that was said so far follows from a tree of this size, which is proved. */
  reached(size: number): void {
    if (!this.#isKeeping || this.#isBroken || this.#isReached) return
    this.#isReached = true
    this.say(`@${size}`)
  }

  /** Nothing more is written: a disk that failed once. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /**
   * Keeps these lists of a tree of this size, and begins a new tail: what is said from now on goes there.
   * Must be called in the same turn in which they were taken.
   */
  save(
    lists: Promise<OwnLists>,
    { note, size }: { readonly note: string; readonly size: number },
  ): void {
    this.#isKeeping = true
    this.#batch = null
    lists.catch(() => undefined) // looked at in its turn
    this.write(async () => {
      await this.#tail?.close()
      // What stood there under the same size is in the lists that are being written.
      this.#tail = await open(this.tailPath(size), 'w', 0o600)
      await syncPath(this.#options.folder)
    })
    // Apart from the tail, which goes on meanwhile: until these are whole the old ones count, with both tails.
    this.#saving = this.#saving.then(() =>
      this.guarded(async () => {
        const { black, grey } = await lists
        const facts = [black, grey].flatMap(({ bytes, sha256 }) => [bytes.length, sha256])
        const head = encodeCbor([note, ...facts])
        const pieces = [u32(head.length), head, sha256Fast(head), black.bytes, grey.bytes]
        await writeFileDurably(join(this.#options.folder, NAME), pieces)
        for (const tail of await this.tails()) if (tail < size) await rm(this.tailPath(tail))
      }),
    )
  }

  private forget(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.write(() => this.remove())
  }

  /** Resolves when everything said is on disk. */
  async close(): Promise<void> {
    await this.#saving
    await this.#writing
    await this.#tail?.close()
    this.#tail = null
  }

  private async setOf({ bytes, sha256 }: Piece, list: number, size: number): Promise<ImeiSet> {
    const { logger } = this.#options
    const onFault = (error: unknown) => logger.error({ err: error }, 'a list could not be folded')
    const loaded = await ImeiSet.fromSnapshot(bytes, sha256, onFault)
    const isMeant = loaded.list === list && loaded.treeSize === size
    demand(isMeant, 'snapshot-hash', 'lists of another tree than their checkpoint')
    return loaded.set
  }

  /** @returns the tree size that what it says follows from; one more where it says more than that */
  private async replay(tail: number, black: ImeiSet): Promise<number> {
    const bytes = await readFile(this.tailPath(tail))
    demand(bytes.length <= MAX_TAIL_BYTES, 'too-large', 'a tail larger than any')
    let [reached, isReached] = [tail, true]
    for (const line of bytes.toString('latin1').split('\n')) {
      const [, sign, digits, size, sum] = LINE.exec(line) ?? []
      if (sum === undefined || sum !== checksum(line.slice(0, -5))) continue
      isReached = size !== undefined
      if (size !== undefined) reached = Math.max(reached, Number(size))
      else if (sign === '+') black.add(parseImei14(digits!))
      else black.remove(parseImei14(digits!))
    }
    return isReached ? reached : reached + 1
  }

  /** Tree sizes at which tails begin, rising. */
  private async tails(): Promise<number[]> {
    const names = await readdir(this.#options.folder)
    const sizes = names.flatMap((name) => TAIL.exec(name)?.[1] ?? [])
    return sizes.map(Number).toSorted((a, b) => a - b)
  }

  private tailPath(size: number): string {
    return join(this.#options.folder, `lists.tail-${size}`)
  }

  private say(line: string): void {
    const batch = (this.#batch ??= this.begin())
    batch.push(`${line} ${checksum(line)}\n`)
  }

  /** A batch is written when its turn comes, with all that was said until then. */
  private begin(): string[] {
    const batch: string[] = []
    this.write(async () => {
      if (this.#batch === batch) this.#batch = null
      await this.#tail!.appendFile(batch.join(''))
      await this.#tail!.datasync()
    })
    return batch
  }

  private write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(() => this.guarded(work))
  }

  /** Answers do not depend on it: what cannot be written costs the next start its head start. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    if (this.#isBroken) return
    try {
      await work()
    } catch (error) {
      this.#isBroken = true
      this.#options.logger.error({ err: error }, 'lists not kept')
      // Lists that lack what follows would let a locked phone through.
      await this.remove().catch(() => undefined)
    }
  }

  private async remove(): Promise<void> {
    const { folder } = this.#options
    await rm(join(folder, NAME), { force: true })
    await syncPath(folder)
  }
}

interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: Uint8Array
}

/** @throws {Refusal} snapshot-hash, malformed: cut short or altered; of the lists only their ends are looked at here */
function piecesOf(file: Buffer): {
  readonly note: string
  readonly black: Piece
  readonly grey: Piece
} {
  const length = file.length >= 4 ? file.readUInt32BE(0) : MAX_HEAD + 1
  const end = 4 + length + HASH_BYTES
  demand(length <= MAX_HEAD && end <= file.length, 'snapshot-hash', 'the lists kept are cut short')
  const head = new Uint8Array(file.subarray(4, 4 + length))
  const isWhole = equal(sha256Fast(head), file.subarray(4 + length, end))
  demand(isWhole, 'snapshot-hash', 'the lists kept are damaged')
  const [note, ...facts] = asArray(decodeCbor(head, MAX_HEAD), 5)
  const [blackLength, greyLength] = [asUint(facts[0]), asUint(facts[2])]
  const isAll = end + blackLength + greyLength === file.length
  demand(isAll, 'snapshot-hash', 'the lists kept are cut short')
  const piece = (from: number, size: number, sha256: Uint8Array): Piece => ({
    bytes: new Uint8Array(file.subarray(from, from + size)),
    sha256,
  })
  return {
    note: asText(note, MAX_NOTE),
    black: piece(end, blackLength, asBytes(facts[1])),
    grey: piece(end + blackLength, greyLength, asBytes(facts[3])),
  }
}

function checksum(said: string): string {
  return toHex(sha256Fast(utf8(said))).slice(0, 4)
}

function ignoreMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
