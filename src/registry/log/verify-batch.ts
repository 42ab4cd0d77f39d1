import type { VerifyEs256 } from '../../core/index.ts'

/** Key, message and signature, as the law asks about them. */
export type Question = Parameters<VerifyEs256>

const KEY = 32
const SIGNATURE = 64
/** Key, signature and the length of the message that follows. */
const HEAD = 2 * KEY + SIGNATURE + 4

/** One buffer to hand over whole: a view, sent as it is, would take all of its buffer along. */
export function pack(questions: readonly Question[]): Uint8Array<ArrayBuffer> {
  const length = questions.reduce((sum, [, message]) => sum + HEAD + message.length, 0)
  const packed = new Uint8Array(length)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const [{ x, y }, message, signature] of questions) {
    packed.set(x, at)
    packed.set(y, at + KEY)
    packed.set(signature, at + 2 * KEY)
    view.setUint32(at + HEAD - 4, message.length)
    packed.set(message, at + HEAD)
    at += HEAD + message.length
  }
  return packed
}

export function unpack(packed: Uint8Array<ArrayBuffer>): Question[] {
  const view = new DataView(packed.buffer)
  const questions: Question[] = []
  for (let at = 0; at < packed.length;) {
    const part = (from: number, length: number) => packed.subarray(at + from, at + from + length)
    const key = { x: part(0, KEY), y: part(KEY, KEY) }
    const length = view.getUint32(at + HEAD - 4)
    questions.push([key, part(HEAD, length), part(2 * KEY, SIGNATURE)])
    at += HEAD + length
  }
  return questions
}
