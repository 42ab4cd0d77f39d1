import { utf8 } from '../core/bytes.ts'
import { Refusal, demand } from '../core/refusal.ts'
import { cosignatureTime } from './cosignature.ts'
import {
  ED25519,
  isSameKey,
  type NoteKey,
  type SignEd25519,
  type VerifyEd25519,
} from './note-key.ts'
import { formatNote, parseNote, type Note, type NoteSignature } from './note.ts'
import type { Source } from './text.ts'

/** A signature line that verified. */
export interface VerifiedLine {
  readonly key: NoteKey
  /** Seconds since 1970 for a cosignature; null for a plain signature, which has no time. */
  readonly timeSeconds: number | null
}

/** A note with at least one verified line; `lines` holds all of them in the note's order. */
export interface OpenedNote {
  readonly text: string
  readonly lines: readonly VerifiedLine[]
}

/** Signs `text` (with its final LF) by a key of type 01. */
export function signNote(text: string, key: NoteKey, sign: SignEd25519): string {
  return formatNote({ text, signatures: [signText(text, key, sign)] })
}

/** One line by a key of type 01, for notes that carry several. */
export function signText(text: string, key: NoteKey, sign: SignEd25519): NoteSignature {
  demand(key.type === ED25519, 'note-malformed', 'a key of type 4 signs cosignatures only')
  return { name: key.name, id: key.id, signature: sign(utf8(text)) }
}

/**
 * Reads a note and verifies it. Unknown lines are skipped; a known line that fails refuses the whole
 * note; so does the absence of any known line. @throws {Refusal} note-malformed, note-signature
 */
export function openNote(
  source: Source,
  keys: readonly NoteKey[],
  verify: VerifyEd25519,
): OpenedNote {
  const note = parseNote(source)
  const lines = verifyLines(note, keys, verify)
  demand(lines.length > 0, 'note-signature', 'no line by a known key')
  return { text: note.text, lines }
}

/**
 * The lines of `note` that are by `keys`, all of them verified; may be none. A repeated (name, id)
 * is ignored, as C2SP signed-note has it. @throws {Refusal} note-signature, fact `line`
 */
export function verifyLines(
  note: Note,
  keys: readonly NoteKey[],
  verify: VerifyEd25519,
): VerifiedLine[] {
  const lines: VerifiedLine[] = []
  for (const line of note.signatures) {
    const key = keys.find((known) => isSameKey(known, line))
    if (key === undefined || lines.some((seen) => isSameKey(seen.key, key))) continue
    lines.push({ key, timeSeconds: verifyLine(note.text, line, key, verify) })
  }
  return lines
}

function verifyLine(text: string, line: NoteSignature, key: NoteKey, verify: VerifyEd25519) {
  const failed = new Refusal('note-signature', 'a line by a known key does not verify', {
    line: key.name,
  })
  if (key.type === ED25519) {
    const { signature } = line
    if (signature.length !== 64 || !verify(key.publicKey, utf8(text), signature)) throw failed
    return null
  }
  const time = cosignatureTime({ key, text, signature: line.signature, verify })
  if (time === null) throw failed
  return time
}
