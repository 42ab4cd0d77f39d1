import { concat, fromHex, toBase64, toHex } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { checkKeyName } from './note-key.ts'
import { asText, parseBase64, type Source } from './text.ts'

/** One signature line, not verified. */
export interface NoteSignature {
  readonly name: string
  /** 8 lower-case hex digits. */
  readonly id: string
  /** What follows the key id: 64 bytes for type 01, 72 for type 04, anything for others. */
  readonly signature: Uint8Array
}

/** A signed note, taken apart. Nothing in it may be believed before `openNote`. */
export interface Note {
  /** The signed text with its final LF. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Our bounds (C2SP asks for at least 16 lines; a post-quantum line has some 3,300 characters). */
export const MAX_NOTE_BYTES = 65_536
const MAX_NOTE_SIGNATURES = 64

const DASH = '\u2014 '

/** C2SP signed-note, "Format". @throws {Refusal} note-malformed */
export function parseNote(source: Source): Note {
  const whole = asText(source, MAX_NOTE_BYTES, 'note-malformed')
  // oxlint-disable-next-line no-control-regex -- no byte below 20 except LF
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(whole), 'note-malformed', 'control character')
  // The separator is the LAST empty line: the text itself may hold some.
  const separator = whole.lastIndexOf('\n\n')
  demand(separator >= 0, 'note-malformed', 'no empty line before the signatures')
  const signatures = parseSignatureLines(whole.slice(separator + 2))
  return { text: whole.slice(0, separator + 1), signatures }
}

/**
 * One or more whole signature lines: the end of a note, or a witness's answer.
 * @throws {Refusal} note-malformed
 */
export function parseSignatureLines(source: Source): NoteSignature[] {
  const text = asText(source, MAX_NOTE_BYTES, 'note-malformed')
  demand(text.endsWith('\n'), 'note-malformed', 'signature lines do not end in a newline')
  const lines = text.slice(0, -1).split('\n', MAX_NOTE_SIGNATURES + 1)
  demand(lines.length <= MAX_NOTE_SIGNATURES, 'note-malformed', 'too many signature lines')
  return lines.map(parseSignatureLine)
}

function parseSignatureLine(line: string): NoteSignature {
  demand(line.startsWith(DASH), 'note-malformed', 'signature line without its dash')
  const end = line.indexOf(' ', DASH.length)
  demand(end >= 0, 'note-malformed', 'signature line without a signature')
  const name = line.slice(DASH.length, end)
  checkKeyName(name, 'note-malformed')
  const bytes = parseBase64(line.slice(end + 1), 'note-malformed')
  demand(bytes.length >= 5, 'note-malformed', `signature of ${bytes.length} bytes, expected 5`)
  return { name, id: toHex(bytes.slice(0, 4)), signature: bytes.slice(4) }
}

/** `— name base64(id ‖ signature) LF`. */
export function formatSignatureLine(line: NoteSignature): string {
  return `${DASH}${line.name} ${toBase64(concat(fromHex(line.id), line.signature))}\n`
}

/** The note as it is published. Refuses what `parseNote` would not read back as the same note. */
export function formatNote(note: Note): string {
  const { text, signatures } = note
  demand(text.endsWith('\n'), 'note-malformed', 'note text does not end in a newline')
  const whole = `${text}\n${signatures.map(formatSignatureLine).join('')}`
  demand(parseNote(whole).text === text, 'note-malformed', 'note text does not survive')
  return whole
}
