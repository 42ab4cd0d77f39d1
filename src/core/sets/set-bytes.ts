import { concat } from '../bytes.ts'
import { Refusal, demand } from '../refusal.ts'
import { maxRiceBytes, readRice, riceParameter, writeRice } from './rice.ts'
import {
  LISTS,
  SNRS_OF_A_TAC,
  TACS,
  type List,
  type TacGroup,
  type TacGroups,
} from './tac-group.ts'

const VERSION = 1
/** Longer than any head, and than most groups. */
const PIECE = 1 << 16
/** ΔTAC and count, both LEB128 of at most 4 bytes, and k. */
const MAX_GROUP_HEAD = 9
/** ΔTAC, count and k of a byte each, and a byte of gaps. */
const MIN_GROUP = 4

/** Writes a snapshot or delta piece by piece: to grow by copying would take three times the memory. */
export class SetWriter {
  readonly #first = new Uint8Array(PIECE)
  readonly #full: Uint8Array[] = []
  #bytes = this.#first
  #length = 0

  head(magic: string, list: List): void {
    for (let i = 0; i < 4; i++) this.u8(magic.charCodeAt(i))
    this.u8(VERSION)
    this.u8(list)
  }

  /** A tree size. */
  u64(value: number): void {
    demand(Number.isSafeInteger(value) && value >= 0, 'snapshot-malformed', 'not a tree size')
    this.u32(Math.floor(value / 2 ** 32))
    this.u32(value % 2 ** 32)
  }

  u32(value: number): void {
    this.makeRoom(4)
    new DataView(this.#bytes.buffer).setUint32(this.#length, value)
    this.#length += 4
  }

  /** @returns how many groups; they are counted while they are written */
  groups(groups: TacGroups): number {
    let count = 0
    let previous = -1
    for (const { tac, snrs } of groups) {
      checkGroup(tac, snrs.length, previous)
      this.makeRoom(MAX_GROUP_HEAD + maxRiceBytes(snrs.length))
      const k = riceParameter(snrs.length)
      this.varint(previous < 0 ? tac : tac - previous)
      this.varint(snrs.length)
      this.u8(k)
      this.#length = writeRice(this.#bytes, this.#length, snrs, k)
      previous = tac
      count++
    }
    return count
  }

  /** Writes over a u32 of the head. */
  patchU32(at: number, value: number): void {
    new DataView(this.#first.buffer).setUint32(at, value)
  }

  /** @throws {Refusal} too-large */
  done(maxBytes: number): Uint8Array<ArrayBuffer> {
    const pieces = [...this.#full, this.#bytes.subarray(0, this.#length)]
    checkSize(
      pieces.reduce((sum, { length }) => sum + length, 0),
      maxBytes,
    )
    return concat(...pieces) as Uint8Array<ArrayBuffer>
  }

  private u8(value: number): void {
    this.makeRoom(1)
    this.#bytes[this.#length++] = value
  }

  private varint(value: number): void {
    for (; value >= 0x80; value >>>= 7) this.u8((value & 0x7f) | 0x80)
    this.u8(value)
  }

  private makeRoom(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    this.#full.push(this.#bytes.subarray(0, this.#length))
    this.#bytes = new Uint8Array(Math.max(PIECE, more))
    this.#length = 0
  }
}

/** Reads what `SetWriter` writes; everything else ends in `snapshot-malformed`. */
export class SetReader {
  readonly #bytes: Uint8Array
  #at = 0

  /** @throws {Refusal} too-large */
  constructor(bytes: Uint8Array, at = 0, maxBytes = Infinity) {
    checkSize(bytes.length, maxBytes)
    this.#bytes = bytes
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  head(magic: string): List {
    const found = Array.from({ length: 4 }, () => String.fromCharCode(this.u8())).join('')
    demand(found === magic, 'snapshot-malformed', `expected ${magic}`)
    demand(this.u8() === VERSION, 'snapshot-malformed', `expected version ${VERSION}`)
    const list = this.u8()
    const known = Object.values(LISTS).find((one) => one === list)
    demand(known !== undefined, 'snapshot-malformed', 'expected list 1 or 2')
    return known
  }

  /** @throws {Refusal} snapshot-malformed: beyond 2^53−1, which would be rounded */
  u64(): number {
    const value = this.u32() * 2 ** 32 + this.u32()
    demand(Number.isSafeInteger(value), 'snapshot-malformed', 'a tree size beyond 2^53-1')
    return value
  }

  u32(): number {
    return ((this.u8() << 24) | (this.u8() << 16) | (this.u8() << 8) | this.u8()) >>> 0
  }

  /** A number of groups, no more than what is left could hold. */
  groupCount(): number {
    const count = this.u32()
    const fits = count * MIN_GROUP <= this.#bytes.length - this.#at
    demand(fits, 'snapshot-malformed', 'more groups than the bytes can hold')
    return count
  }

  /**
   * The next `count` groups. With `scratch`, room for the largest there can be, they all share it; else
   * each has memory of its own.
   */
  *groups(count: number, scratch?: Uint32Array): Generator<TacGroup> {
    let previous = -1
    for (let i = 0; i < count; i++) {
      const delta = this.varint()
      const tac = previous < 0 ? delta : previous + delta
      const size = this.varint()
      checkGroup(tac, size, previous)
      const k = this.u8()
      demand(k === riceParameter(size), 'snapshot-malformed', 'k is not the one of this count')
      // The last bound before memory is taken: each number needs a zero and its low bits.
      const fits = size * (k + 1) <= (this.#bytes.length - this.#at) * 8
      demand(fits, 'snapshot-malformed', 'a group is cut short')
      const snrs = scratch ? scratch.subarray(0, size) : new Uint32Array(size)
      this.#at = readRice(this.#bytes, this.#at, snrs, k)
      previous = tac
      yield { tac, snrs }
    }
  }

  end(): void {
    demand(this.#at === this.#bytes.length, 'snapshot-malformed', 'bytes follow the last group')
  }

  private u8(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Refusal('snapshot-malformed', 'cut short')
    return byte
  }

  /** LEB128 of at most 4 bytes: 28 bits hold every TAC and every count. */
  private varint(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8()
      value |= (byte & 0x7f) << shift
      if (byte >= 0x80) continue
      demand(byte > 0 || shift === 0, 'snapshot-malformed', 'a number with needless bytes')
      return value
    }
    throw new Refusal('snapshot-malformed', 'a number of more than 4 bytes')
  }
}

function checkGroup(tac: number, count: number, previousTac: number): void {
  const rises = tac > previousTac && tac < TACS
  demand(rises, 'snapshot-malformed', 'expected rising TACs of 8 digits')
  const isCount = count >= 1 && count <= SNRS_OF_A_TAC
  demand(isCount, 'snapshot-malformed', 'expected 1 to 1,000,000 serial numbers of a TAC')
}

function checkSize(length: number, maxBytes: number): void {
  demand(length <= maxBytes, 'too-large', `more than ${maxBytes} bytes`)
}
