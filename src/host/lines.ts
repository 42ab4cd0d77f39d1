import type { Readable } from 'node:stream'
import { Refusal } from '../core/index.ts'

/** A line of a file, counted from 1; null: longer than allowed, and thrown away. */
export interface Line {
  readonly line: number
  readonly text: string | null
}

export interface LineLimits {
  readonly lineBytes: number
  readonly totalBytes: number
}

const LF = 0x0a

/**
 * Lines of UTF-8 text, ended by LF or CRLF, without holding more than one of them. What is no UTF-8
 * becomes U+FFFD, which no cell of a list may hold; a line that is too long is skipped to its end.
 * @throws {Refusal} too-large: more than `totalBytes`, so that a zip bomb or a file without end stops
 */
export async function* readLines(source: Readable, limits: LineLimits): AsyncGenerator<Line> {
  const utf8 = new TextDecoder()
  let parts: Buffer[] = []
  let length = 0
  let total = 0
  let line = 1
  const add = (part: Buffer) => {
    length += part.length
    if (length <= limits.lineBytes) parts.push(part)
    else parts = []
  }
  const take = (): Line => {
    const isLong = length > limits.lineBytes
    const text = isLong ? null : utf8.decode(Buffer.concat(parts)).replace(/\r$/, '')
    parts = []
    length = 0
    return { line: line++, text }
  }
  for await (const chunk of source as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > limits.totalBytes)
      throw new Refusal('too-large', `more than ${limits.totalBytes} bytes, unpacked`)
    let at = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      add(chunk.subarray(at, end))
      at = end + 1
      yield take()
    }
    if (at < chunk.length) add(chunk.subarray(at))
  }
  if (length > 0) yield take()
}
