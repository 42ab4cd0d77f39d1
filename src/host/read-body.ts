import { demand } from '../core/index.ts'

/**
 * The body of an answer, as far as it was agreed to be long: whoever asks must not be filled by the other side.
 * @throws {Refusal} too-large; whatever a connection throws that breaks off
 */
export async function readBody(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    demand(length <= maxBytes, 'too-large', `more than ${maxBytes} bytes`)
    parts.push(part)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
