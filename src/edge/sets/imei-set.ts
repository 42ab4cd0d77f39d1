import type { Imei14 } from '../../core/imei.ts'
import { snrNumber, tacNumber, type List } from '../../core/sets/tac-group.ts'
import { Arena } from './arena.ts'
import { Overlay } from './overlay.ts'
import { runJob, type SetParts } from './set-jobs.ts'

/** What is said of so many numbers is worth a new base: as many as 2^17 slots of an overlay take. */
const FOLD_AT = 98_304
export const HASH_BYTES = 32

/** A set read from a snapshot, and what the snapshot says of itself. */
export interface LoadedSet {
  readonly set: ImeiSet
  readonly list: List
  readonly treeSize: number
}

/** A set as it leaves this process. */
export interface EncodedSet {
  /** The snapshot: what its hash, and so a signed head, is about. */
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
}

/**
 * An exact set of 10^7 and more numbers: an immutable base of some two bytes each, and an overlay of
 * what changed since, asked first. The overlay is folded into a new base on another thread; meanwhile
 * it goes on answering, and changes go into a second one on top.
 */
export class ImeiSet {
  readonly #onFault: (error: unknown) => void
  #base: Arena
  #size: number
  /** In the worker's hands; nothing is said to it any more. */
  #folding: Overlay | null = null
  #fresh = new Overlay()
  #foldAt = FOLD_AT
  #folded: Promise<void> = Promise.resolve()

  /** @param onFault told when no new base could be built: answers stay right, memory grows */
  constructor(onFault: (error: unknown) => void, base = Arena.of([])) {
    this.#onFault = onFault
    this.#base = base
    this.#size = base.size
  }

  /**
   * The set of a snapshot, built on another thread.
   * @param bytes their memory is handed over, with no more than a hash besides in it; else copied
   * @throws {Refusal} snapshot-hash, snapshot-malformed, too-large
   */
  static async fromSnapshot(
    bytes: Uint8Array<ArrayBuffer>,
    sha256: Uint8Array,
    onFault: (error: unknown) => void,
  ): Promise<LoadedSet> {
    // Part of a larger piece of memory, as small Buffers are: that piece is not ours to give away.
    const isShared = bytes.buffer.byteLength > bytes.length + HASH_BYTES
    const own = isShared ? new Uint8Array(bytes) : bytes
    const ask = { bytes: own, sha256: new Uint8Array(sha256) }
    const { list, treeSize, base } = await runJob('load', ask, [own.buffer])
    return { set: new ImeiSet(onFault, new Arena(base)), list, treeSize }
  }

  get size(): number {
    return this.#size
  }

  /** Memory of base and overlays. */
  get bytes(): number {
    const overlays = [this.#fresh, this.#folding].map((overlay) => overlay?.slots.byteLength ?? 0)
    return overlays.reduce((sum, one) => sum + one, this.#base.buffer.byteLength)
  }

  /** Whether a new base is being built. */
  get isFolding(): boolean {
    return this.#folding !== null
  }

  has(imei: Imei14): boolean {
    return this.hasNumber(tacNumber(imei), snrNumber(imei))
  }

  add(imei: Imei14): void {
    this.say(imei, true)
  }

  remove(imei: Imei14): void {
    this.say(imei, false)
  }

  /** The set as it is now, encoded on another thread; changes meanwhile are not in it. */
  async encode(list: List, treeSize: number): Promise<EncodedSet> {
    const file = await runJob('encode', { ...this.parts(), list, treeSize })
    const end = file.length - HASH_BYTES
    return { bytes: file.subarray(0, end), sha256: file.subarray(end) }
  }

  /** Resolves when no new base is being built. */
  async settled(): Promise<void> {
    while (this.#folding !== null) await this.#folded
  }

  private hasNumber(tac: number, snr: number): boolean {
    return this.#fresh.get(tac, snr) ?? this.#folding?.get(tac, snr) ?? this.#base.has(tac, snr)
  }

  private say(imei: Imei14, isIn: boolean): void {
    const [tac, snr] = [tacNumber(imei), snrNumber(imei)]
    if (this.hasNumber(tac, snr) === isIn) return
    this.#fresh.set(tac, snr, isIn)
    this.#size += isIn ? 1 : -1
    if (this.#fresh.size >= this.#foldAt && this.#folding === null) this.#folded = this.fold()
  }

  private async fold(): Promise<void> {
    const size = this.#size
    const parts = this.parts()
    const folding = this.#fresh
    this.#folding = folding
    this.#fresh = new Overlay()
    try {
      const base = new Arena(await runJob('fold', parts))
      if (base.size !== size) throw new Error(`a base of ${base.size} numbers instead of ${size}`)
      this.#base = base
      this.#foldAt = FOLD_AT
      this.#folding = null
    } catch (error) {
      // Nothing that was said may be lost with the thread. The next attempt waits for twice as much.
      for (const { tac, snr, isIn } of this.#fresh) folding.set(tac, snr, isIn)
      this.#fresh = folding
      this.#foldAt = 2 * folding.size
      this.#folding = null
      this.#onFault(error)
    }
  }

  private parts(): SetParts {
    const overlays = [this.#fresh, this.#folding].filter((overlay) => overlay !== null)
    return { base: this.#base.buffer, overlays: overlays.map(({ slots }) => slots) }
  }
}
