import { createHash, randomUUID } from 'node:crypto'
import { toHex } from '../core/index.ts'

/** Stands in a form once it is shown: sent twice, it acts once. */
export const newFormId = (): string => randomUUID()

/** The id of what a form creates, a UUID: the same for the same form with the same content. */
export function createdId(form: string, ...content: readonly string[]): string {
  const text = JSON.stringify([form, ...content])
  const hex = toHex(new Uint8Array(createHash('sha256').update(text).digest()))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
