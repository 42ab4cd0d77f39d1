import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64, toHex, utf8 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import {
  MAX_NOTE_BYTES,
  formatSignatureLine,
  parseSignatureLines,
  type NoteSignature,
} from './note.ts'
import { asText, parseDecimal, parseHash, type Source } from './text.ts'

/** What a log asks of a witness: `POST <submission>/add-checkpoint` (C2SP tlog-witness). */
export interface AddCheckpoint {
  /** The size the log believes this witness cosigned last, 0 if none. */
  readonly oldSize: number
  /** Consistency proof from `oldSize`, at most 63 hashes. */
  readonly proof: readonly Uint8Array[]
  /** The checkpoint note, verbatim. */
  readonly checkpoint: string
}

const MAX_PROOF_LINES = 63
/** A note, 63 hashes of 45 characters, the old size. A host stops reading a body here. */
export const MAX_ADD_CHECKPOINT_BYTES: number = MAX_NOTE_BYTES + 4_096

/** Content type of a 409's body. */
export const TREE_SIZE_TYPE = 'text/x.tlog.size'

/** The body of add-checkpoint. */
export function formatAddCheckpoint(request: AddCheckpoint): string {
  const proof = request.proof.map((hash) => `${toBase64(hash)}\n`).join('')
  return `old ${request.oldSize}\n${proof}\n${request.checkpoint}`
}

/**
 * Reads the shape only. The checkpoint stays text: a witness answers 404 and 403 before it judges
 * anything else. @throws {Refusal} malformed
 */
export function parseAddCheckpoint(source: Source): AddCheckpoint {
  const text = asText(source, MAX_ADD_CHECKPOINT_BYTES, 'malformed')
  const end = text.indexOf('\n\n')
  demand(end >= 0, 'malformed', 'no empty line before the checkpoint')
  const [old = '', ...proof] = text.slice(0, end).split('\n', MAX_PROOF_LINES + 2)
  demand(old.startsWith('old '), 'malformed', 'no old size line')
  demand(proof.length <= MAX_PROOF_LINES, 'malformed', `more than ${MAX_PROOF_LINES} proof lines`)
  return {
    oldSize: parseDecimal(old.slice(4), 'malformed'),
    proof: proof.map((line) => parseHash(line, 'malformed')),
    checkpoint: text.slice(end + 2),
  }
}

/** The body of a 200: note lines, ready to be appended to the checkpoint. */
export function formatCosignatures(signatures: readonly NoteSignature[]): string {
  return signatures.map(formatSignatureLine).join('')
}

/** One or more lines, not verified. @throws {Refusal} note-malformed */
export function parseCosignatures(source: Source): NoteSignature[] {
  return parseSignatureLines(source)
}

/** The body of a 409: the size last cosigned. */
export function formatTreeSize(size: number): string {
  return `${size}\n`
}

/** @throws {Refusal} malformed */
export function parseTreeSize(source: Source): number {
  const text = asText(source, 32, 'malformed')
  demand(text.endsWith('\n'), 'malformed', 'tree size does not end in a newline')
  return parseDecimal(text.slice(0, -1), 'malformed')
}

/** Below a witness's monitoring prefix: the last checkpoint it cosigned for `origin`. */
export function monitoringPath(origin: string): string {
  return `${toHex(sha256(utf8(origin)))}/checkpoint`
}
