import { read24 } from './avp-cursor.ts'
import { HEADER, RESULT, VERSION } from './dictionary.ts'

/** Longer than any check or capabilities exchange; a header could claim 16 MiB. */
const MAX_MESSAGE = 65_536

/** Gets each message as it lies in [start, end) of `bytes`; false: no more of them. */
export type Take = (bytes: Buffer, start: number, end: number) => boolean

/** A header behind which no message can be found. */
export interface Unframed {
  readonly result: number
  readonly bytes: Buffer
  readonly at: number
}

/** Cuts a peer's bytes into messages. What came whole is taken where it lies. */
export class Framer {
  /** A message that has begun: its header at first, then all of it. */
  #begun = Buffer.alloc(HEADER)
  #length = 0

  push(chunk: Buffer, take: Take): Unframed | null {
    let at = 0
    for (;;) {
      while (this.#length === 0 && chunk.length - at >= HEADER) {
        const unframed = check(chunk, at)
        if (unframed) return unframed
        const end = at + read24(chunk, at + 1)
        if (end > chunk.length) break
        if (!take(chunk, at, end)) return null
        at = end
      }
      const copied = chunk.copy(this.#begun, this.#length, at)
      this.#length += copied
      at += copied
      if (this.#length < this.#begun.length) return null
      const unframed = check(this.#begun, 0)
      if (unframed) return unframed
      const message = this.#begun
      const length = read24(message, 1)
      if (length > this.#length) {
        this.#begun = Buffer.allocUnsafe(length)
        message.copy(this.#begun)
        continue
      }
      this.#begun = Buffer.alloc(HEADER)
      this.#length = 0
      if (!take(message, 0, length)) return null
    }
  }
}

function check(bytes: Buffer, at: number): Unframed | null {
  if (bytes[at] !== VERSION) return { result: RESULT.unsupportedVersion, bytes, at }
  const length = read24(bytes, at + 1)
  if (length < HEADER || length > MAX_MESSAGE || length % 4 !== 0)
    return { result: RESULT.invalidMessageLength, bytes, at }
  return null
}
