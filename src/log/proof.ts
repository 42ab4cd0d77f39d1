import { toBase64 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { inclusionProofLength } from './merkle.ts'
import { MAX_NOTE_BYTES, parseNote } from './note.ts'
import { asText, parseBase64, parseDecimal, parseHash, within, type Source } from './text.ts'

/** An offline proof that some entry is logged (C2SP tlog-proof). Parsed, not yet believed. */
export interface TlogProof {
  /** Opaque and unsigned: never trusted, null when there is none. */
  readonly extra: Uint8Array | null
  readonly index: number
  /** Leaf's sibling first. */
  readonly hashes: readonly Uint8Array[]
  /** The checkpoint note, verbatim. */
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A note, 63 hashes of 45 characters, index, and room for extra data. */
const MAX_PROOF_BYTES = MAX_NOTE_BYTES + 8_192
const MAX_HASHES = 63

/** The `.tlog-proof` text; refuses what `parseProof` would. */
export function formatProof(proof: TlogProof): string {
  const extra = proof.extra === null ? '' : `extra ${toBase64(proof.extra)}\n`
  const hashes = proof.hashes.map((hash) => `${toBase64(hash)}\n`).join('')
  const text = `${HEADER}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`
  parseProof(text)
  return text
}

/**
 * Reads a `.tlog-proof`, with everything that can be said without a key: the index lies in the
 * checkpoint's tree, hashes have 32 bytes, the path has its exact length.
 * @throws {Refusal} proof-malformed
 */
export function parseProof(source: Source): TlogProof {
  const text = asText(source, MAX_PROOF_BYTES, 'proof-malformed')
  const end = text.indexOf('\n\n')
  demand(end >= 0, 'proof-malformed', 'no empty line before the checkpoint')
  const [header, ...lines] = text.slice(0, end).split('\n', MAX_HASHES + 4)
  demand(header === HEADER, 'proof-malformed', `expected ${HEADER}`)
  const extra = lines[0]?.startsWith('extra ') === true ? lines.shift()!.slice(6) : null
  const indexLine = lines.shift() ?? ''
  demand(indexLine.startsWith('index '), 'proof-malformed', 'no index line')
  demand(lines.length <= MAX_HASHES, 'proof-malformed', `more than ${MAX_HASHES} hashes`)
  const proof = {
    extra: extra === null ? null : parseBase64(extra, 'proof-malformed'),
    index: parseDecimal(indexLine.slice(6), 'proof-malformed'),
    hashes: lines.map((line) => parseHash(line, 'proof-malformed')),
    checkpoint: text.slice(end + 2),
  }
  checkLength(proof)
  return proof
}

function checkLength({ index, hashes, checkpoint }: TlogProof): void {
  const { size } = within('proof-malformed', () => parseCheckpoint(parseNote(checkpoint).text))
  demand(index < size, 'proof-malformed', `index ${index} is outside a tree of ${size}`)
  const expected = inclusionProofLength(index, size)
  const found = hashes.length
  demand(found === expected, 'proof-malformed', `expected ${expected} hashes, found ${found}`)
}
