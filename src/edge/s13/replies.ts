const MIN_BYTES = 65_536

/**
 * The answers to one read, written with one call: each write costs more than ten answers. Their memory
 * is used again as soon as the kernel has them: fresh memory for each read has V8 collect garbage
 * several times a second, and every check waits for that.
 */
export class Replies {
  /** Answers stand in it up to `length`; behind them anything may. */
  bytes: Buffer = Buffer.alloc(0)
  length = 0
  #memory: Buffer = Buffer.alloc(0)

  /** Makes room and claims it. @returns where the `length` bytes begin; all of them must be written */
  claim(length: number): number {
    const at = this.length
    if (at + length > this.bytes.length) this.grow(at + length)
    this.length = at + length
    return at
  }

  add(message: Uint8Array): void {
    const at = this.claim(message.length)
    this.bytes.set(message, at)
  }

  /** Everything since the last time, to be left alone until `reuse`. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = this.bytes.subarray(this.length)
    this.length = 0
    return taken
  }

  /** Nobody holds what was taken any more. */
  reuse(): void {
    this.bytes = this.#memory
  }

  private grow(length: number): void {
    this.#memory = Buffer.allocUnsafeSlow(Math.max(length * 2, MIN_BYTES))
    this.#memory.set(this.bytes.subarray(0, this.length))
    this.bytes = this.#memory
  }
}
