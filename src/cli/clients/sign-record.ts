import {
  demand,
  encodeCbor,
  encodeSlot,
  fromBase64,
  signSlot,
  toBase64,
  type ContentType,
  type Signer,
} from '../../core/index.ts'
import { call } from '../../host/index.ts'
import type { z } from 'zod'
import type { OfficerDesk } from './officer.ts'

/** A record of its own kind that gathers signatures at the registry. */
export interface RecordRoute<T> {
  readonly contentType: ContentType
  /** Where signatures go. */
  readonly path: string
  readonly answer: z.ZodType<T>
}

/** Long enough for the last signature, which is answered only once the record stands in the log. */
const TIMEOUT_MS = 60_000

/** @param slot -1 where the record has no such signer. @throws {Refusal} signer-set, and what the registry says */
export async function signRecord<T>(
  desk: OfficerDesk,
  record: { readonly id: string; readonly payload: string },
  by: { readonly slot: number; readonly signer: Signer },
  { contentType, path, answer }: RecordRoute<T>,
): Promise<T> {
  demand(by.slot >= 0, 'signer-set', 'this record has no such signer')
  const made = signSlot(contentType, fromBase64(record.payload), by.signer)
  const body = {
    draft: record.id,
    slot: by.slot,
    signature: toBase64(encodeCbor(encodeSlot(made))),
  }
  return call({ method: 'POST', base: desk.registryUrl, path, body, answer, timeoutMs: TIMEOUT_MS })
}
