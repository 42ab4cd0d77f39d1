import { demand, readDocument } from '../../core/index.ts'
import { CARRIED } from '../../wire/index.ts'
import type { Context } from '../context.ts'

export interface LoggedDocument {
  readonly kind: (typeof CARRIED)[number]
  readonly index: number
}

/**
 * Brings a document of the authorities into the log. Whoever carries it proves nothing: the signatures
 * in it are the permission, and the sequencer judges them. One that stands there changes nothing.
 * @throws {Refusal} unknown-kind, and whatever the law says of the document
 */
export async function logDocument(
  { sequencer }: Context,
  bytes: Uint8Array,
): Promise<LoggedDocument> {
  const { kind: named, body } = readDocument(bytes)
  const kind = CARRIED.find((known) => known === named)
  demand(kind !== undefined, 'unknown-kind', 'expected a document of the authorities')
  const { index } = await sequencer.submit({ kind, body })
  return { kind, index }
}
