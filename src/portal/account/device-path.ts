import { demand } from '../../core/index.ts'

/** A phone in an address: the thumbprint of its key, which is no number that anybody knows it by. */
export const deviceInPath = (device: Uint8Array): string =>
  Buffer.from(device).toString('base64url')

/** @throws {Refusal} not-found */
export function deviceOfPath(text: string): Uint8Array {
  demand(/^[A-Za-z0-9_-]{43}$/.test(text), 'not-found', 'no such phone')
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
