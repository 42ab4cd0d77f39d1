import { join } from 'node:path'
import { Refusal, concat, equal, sha256 } from '../../core/index.ts'
import { writeFileDurably, type RandomBytes } from '../../host/index.ts'
import { readBounded } from '../bounded-file.ts'
import { MAX_RECORD_BYTES } from '../store-record.ts'
import { BOX_BYTES, box, unbox } from './boxed-file.ts'
import { nvExtend, nvRead } from './nv-commands.ts'
import type { NvIndex } from './nv-index.ts'
import type { Tpm } from './tpm.ts'

const SLOTS = ['record-0', 'record-1'] as const
const ANCHOR = 32
const MAX_FILE = ANCHOR + BOX_BYTES + MAX_RECORD_BYTES

/**
 * The record in a file, held by one index of the TPM that can only be extended: the file names what
 * the index held before, and counts while the index holds the hash of that and of the file. So the
 * extension is the one moment at which a new record stands, and none that ever stood, or was only
 * prepared, stands again. Two files take turns: the old one is there until that moment.
 */
export class RecordSlots {
  readonly #dir: string
  readonly #key: Uint8Array
  readonly #anchor: NvIndex
  readonly #random: RandomBytes

  constructor(parts: {
    readonly dir: string
    readonly key: Uint8Array
    readonly anchor: NvIndex
    readonly random: RandomBytes
  }) {
    this.#dir = parts.dir
    this.#key = parts.key
    this.#anchor = parts.anchor
    this.#random = parts.random
  }

  /** Null: none of the files is the one the TPM holds. @throws {Refusal} store: the TPM says nothing */
  async read(tpm: Tpm): Promise<Uint8Array | null> {
    return (await this.#current(tpm)).record
  }

  /** A record that stands already is not written again: a chip wears. @throws {Refusal} store */
  async write(tpm: Tpm, record: Uint8Array): Promise<void> {
    const { anchor, slot, record: standing } = await this.#current(tpm)
    if (standing !== null && equal(record, standing)) return
    const other = slot === SLOTS[0] ? SLOTS[1] : SLOTS[0]
    const file = concat(anchor, box(this.#boxing(anchor), record, this.#random))
    try {
      await writeFileDurably(join(this.#dir, other), file)
    } catch {
      throw new Refusal('store', 'the record could not be written')
    }
    await nvExtend(tpm, this.#anchor.handle, sha256(file))
  }

  async #current(tpm: Tpm) {
    const anchor = await nvRead(tpm, this.#anchor)
    for (const slot of SLOTS) {
      const file = await readBounded(join(this.#dir, slot), MAX_FILE)
      if (file === null || file.length < ANCHOR) continue
      const before = file.subarray(0, ANCHOR)
      if (!equal(sha256(concat(before, sha256(file))), anchor)) continue
      return { anchor, slot, record: this.#unbox(before, file.subarray(ANCHOR)) }
    }
    return { anchor, slot: null, record: null }
  }

  /** Whoever commands the TPM can make it hold rubbish: that costs the record, not the next one. */
  #unbox(before: Uint8Array, boxed: Uint8Array): Uint8Array | null {
    try {
      return unbox(this.#boxing(before), boxed)
    } catch {
      return null
    }
  }

  #boxing(before: Uint8Array) {
    return { key: this.#key, name: 'record', about: before }
  }
}
