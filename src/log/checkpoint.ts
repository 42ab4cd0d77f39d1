import { equal, toBase64 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import {
  ED25519,
  checkKeyName,
  type NoteKey,
  type SignEd25519,
  type VerifyEd25519,
} from './note-key.ts'
import { parseNote, type Note } from './note.ts'
import { signNote, verifyLines } from './open-note.ts'
import { parseDecimal, parseHash, within, type Source } from './text.ts'

/** The head of a log: who, how many leaves, which root. */
export interface Checkpoint {
  /** URL prefix without scheme and final slash; also the name of the log's key. */
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

declare const verified: unique symbol

/** A checkpoint whose log signature verified; only `openCheckpoint` makes one. */
export interface VerifiedCheckpoint extends Checkpoint {
  /** The note it came in, for cosignatures and for publishing. */
  readonly note: Note
  readonly [verified]: true
}

/** `origin LF size LF base64(root) LF`, the text that is signed and cosigned. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`
  parseCheckpoint(text)
  return text
}

/**
 * C2SP tlog-checkpoint, "Note text". Extension lines are refused: no monitor can audit them.
 * @throws {Refusal} checkpoint-malformed
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n', 5)
  demand(
    origin !== undefined && size !== undefined && root !== undefined,
    'checkpoint-malformed',
    'expected three lines',
  )
  demand(end === '' && more.length === 0, 'checkpoint-malformed', 'expected three lines, no more')
  checkKeyName(origin, 'checkpoint-malformed') // ours is the log key's name, so the same rule
  return {
    origin,
    size: parseDecimal(size, 'checkpoint-malformed'),
    root: parseHash(root, 'checkpoint-malformed'),
  }
}

/** The checkpoint as a note signed by the log alone. @throws {Refusal} log-unknown */
export function signCheckpoint(checkpoint: Checkpoint, key: NoteKey, sign: SignEd25519): string {
  demand(key.name === checkpoint.origin, 'log-unknown', 'the log key is named unlike the origin')
  return signNote(formatCheckpoint(checkpoint), key, sign)
}

/**
 * Reads a checkpoint and verifies the log's own line. Cosignatures are left to `checkQuorum`.
 * Where one origin has several keys (rotation), one line suffices, none present may fail.
 * @throws {Refusal} note-malformed, checkpoint-malformed, log-unknown, log-signature
 */
export function openCheckpoint(
  source: Source,
  logKeys: readonly NoteKey[],
  verify: VerifyEd25519,
): VerifiedCheckpoint {
  const note = parseNote(source)
  const checkpoint = parseCheckpoint(note.text)
  const keys = logKeys.filter((key) => key.type === ED25519 && key.name === checkpoint.origin)
  demand(keys.length > 0, 'log-unknown', 'no key is known for this origin')
  const lines = within('log-signature', () => verifyLines(note, keys, verify))
  demand(lines.length > 0, 'log-signature', 'no line by the log')
  return { ...checkpoint, note } as VerifiedCheckpoint
}

/**
 * The checkpoint of somebody else's log. C2SP tlog-checkpoint leaves more open than we use: any line
 * may be an origin, the key may have another name, extension lines may follow. All of them are under
 * the signature; none of them is read. Lines by keys of other kinds are skipped like any unknown one.
 * @throws {Refusal} note-malformed, checkpoint-malformed, log-unknown, log-signature
 */
export function openForeignCheckpoint(
  source: Source,
  log: { readonly origin: string; readonly keys: readonly NoteKey[] },
  verify: VerifyEd25519,
): VerifiedCheckpoint {
  const note = parseNote(source)
  const [origin = '', size = '', root = '', ...more] = note.text.split('\n')
  const extensions = more.slice(0, -1)
  const isWhole = origin !== '' && more.at(-1) === '' && !extensions.includes('')
  demand(isWhole, 'checkpoint-malformed', 'expected three lines, and none empty')
  demand(origin === log.origin, 'log-unknown', 'the checkpoint of another origin than asked for')
  const lines = within('log-signature', () => verifyLines(note, log.keys, verify))
  demand(lines.length > 0, 'log-signature', 'no line by the log')
  return {
    origin,
    size: parseDecimal(size, 'checkpoint-malformed'),
    root: parseHash(root, 'checkpoint-malformed'),
    note,
  } as VerifiedCheckpoint
}

/**
 * Two checkpoints of one log that cannot both be honest: one size, two roots.
 * @throws {Refusal} split-view, the evidence being both notes
 */
export function checkNoSplitView(a: VerifiedCheckpoint, b: VerifiedCheckpoint): void {
  const split = a.origin === b.origin && a.size === b.size && !equal(a.root, b.root)
  demand(!split, 'split-view', `two roots were signed for size ${a.size}`)
}
