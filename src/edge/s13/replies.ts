/** The answers to one read, written with one call: each write costs more than ten answers. */
export class Replies {
  bytes = Buffer.alloc(0)
  length = 0

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

  /** Everything since the last time. The socket keeps the memory, so the next one begins in its own. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = this.bytes.subarray(this.length)
    this.length = 0
    return taken
  }

  private grow(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(length * 2, MIN_BYTES))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }
}

const MIN_BYTES = 65_536
