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
import { sha256Fast, writeFileDurably, type Logger } from '../../host/index.ts'
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
/** `+` or `-`, the number, a space, four hex digits of the hash of what stands before it. */
const LINE = /^([+-])([0-9]{14}) ([0-9a-f]{4})$/

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
      const numbers = new ListedNumbers({
        black: await this.setOf(black, LISTS.black, size),
        grey: await this.setOf(grey, LISTS.grey, size),
        size,
        time: timeSeconds ?? 0,
      })
      for (const tail of await this.tails())
        if (tail >= size) await this.replay(tail, numbers.black)
      return numbers
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      logger.warn({ code: error.code }, 'lists on disk are not used')
      return null
    }
  }

  /** Written behind the caller's back, as the journal is. */
  changed(imei: Imei14, isBlack: boolean): void {
    if (this.#isBroken) return
    // Lists that lack a lock would let it through at the next start: none are better.
    if (!this.#isKeeping) return this.forget()
    const said = `${isBlack ? '+' : '-'}${imei}`
    const batch = (this.#batch ??= this.begin())
    batch.push(`${said} ${checksum(said)}\n`)
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
    this.write(async () => {
      await this.#tail?.close()
      this.#tail = await open(this.tailPath(size), 'a', 0o600)
    })
    this.write(async () => {
      const { black, grey } = await lists
      const facts = [black, grey].flatMap(({ bytes, sha256 }) => [bytes.length, sha256])
      const head = encodeCbor([note, ...facts])
      const pieces = [u32(head.length), head, sha256Fast(head), black.bytes, grey.bytes]
      await writeFileDurably(join(this.#options.folder, NAME), pieces)
      for (const tail of await this.tails()) if (tail < size) await rm(this.tailPath(tail))
    })
  }

  private forget(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.write(() => rm(join(this.#options.folder, NAME), { force: true }))
  }

  /** Resolves when everything said is on disk. */
  async close(): Promise<void> {
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

  private async replay(tail: number, black: ImeiSet): Promise<void> {
    const bytes = await readFile(this.tailPath(tail))
    demand(bytes.length <= MAX_TAIL_BYTES, 'too-large', 'a tail larger than any')
    for (const line of bytes.toString('latin1').split('\n')) {
      const [, sign, digits, sum] = LINE.exec(line) ?? []
      if (!sign || !digits || sum !== checksum(sign + digits)) continue
      if (sign === '+') black.add(parseImei14(digits))
      else black.remove(parseImei14(digits))
    }
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

  /** Answers do not depend on it: what cannot be written costs the next start its head start. */
  private write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      if (this.#isBroken) return
      try {
        await work()
      } catch (error) {
        this.#isBroken = true
        this.#options.logger.error({ err: error }, 'lists not kept')
        // Lists that lack what follows would let a locked phone through.
        await rm(join(this.#options.folder, NAME), { force: true }).catch(() => undefined)
      }
    })
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
