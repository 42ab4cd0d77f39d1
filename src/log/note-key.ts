import { sha256 } from '@noble/hashes/sha2.js'
import { concat, toBase64, toHex, utf8 } from '../core/bytes.ts'
import { demand, type RefusalCode } from '../core/refusal.ts'
import { parseBase64 } from './text.ts'

/** Checks one Ed25519 signature (RFC 8032). False for anything wrong; never throws. */
export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean

/** Makes one 64-byte Ed25519 signature with a key the caller holds. */
export type SignEd25519 = (message: Uint8Array) => Uint8Array

/** Ed25519 over the note's text: what logs sign with. */
export const ED25519 = 1
/** Timestamped Ed25519 cosignature: what witnesses and guardians sign with. */
export const COSIGNATURE = 4

/** A public key that may sign notes: C2SP signed-note, types 01 and 04 only. */
export interface NoteKey {
  readonly name: string
  readonly type: typeof ED25519 | typeof COSIGNATURE
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 8 lower-case hex digits: a hint where to look, no identity. */
  readonly id: string
}

/** The two names of one key: (name, id) points to it in a signature line. */
export function isSameKey(a: { name: string; id: string }, b: { name: string; id: string }) {
  return a.name === b.name && a.id === b.id
}

/**
 * A key name: not empty, no Unicode space, no plus, nothing a note could not hold.
 * @throws {Refusal} `code`
 */
export function checkKeyName(name: string, code: RefusalCode): void {
  // oxlint-disable-next-line no-control-regex -- C2SP signed-note: no byte below 20
  const forbidden = /[\p{White_Space}\p{Surrogate}+\u0000-\u001f]/u
  demand(name !== '' && !forbidden.test(name), code, 'key name is empty or holds a space or plus')
}

/** @throws {Refusal} note-malformed: bad name, or a key that is not 32 bytes */
export function noteKey(name: string, type: NoteKey['type'], publicKey: Uint8Array): NoteKey {
  checkKeyName(name, 'note-malformed')
  demand(publicKey.length === 32, 'note-malformed', 'an Ed25519 key has 32 bytes')
  // C2SP signed-note, "Signatures": SHA-256(name ‖ 0A ‖ type ‖ public key)[:4]
  const hash = sha256(concat(utf8(name), Uint8Array.of(0x0a, type), publicKey))
  return { name, type, publicKey, id: toHex(hash.slice(0, 4)) }
}

/** `name+id+base64(type ‖ public key)`, the way keys are handed around. */
export function formatVkey(key: NoteKey): string {
  return `${key.name}+${key.id}+${toBase64(concat(Uint8Array.of(key.type), key.publicKey))}`
}

/**
 * Reads a vkey and recomputes its id. Types other than 01 and 04 are refused: ECDSA (02) has an id
 * of another making, and nothing here verifies RFC 6962 heads (05) or ML-DSA (06).
 * @throws {Refusal} note-malformed
 */
export function parseVkey(text: string): NoteKey {
  demand(text.length <= 1024, 'note-malformed', 'vkey is longer than 1,024 characters')
  // Cut at the first two plus signs only: base64 may hold more.
  const first = text.indexOf('+')
  const second = text.indexOf('+', first + 1)
  demand(first >= 0 && second >= 0, 'note-malformed', 'vkey lacks its three parts')
  const data = parseBase64(text.slice(second + 1), 'note-malformed')
  const type = data[0]
  demand(
    type === ED25519 || type === COSIGNATURE,
    'note-malformed',
    `expected a vkey of type 1 or 4, found ${type ?? 'none'}`,
  )
  const key = noteKey(text.slice(0, first), type, data.slice(1))
  demand(key.id === text.slice(first + 1, second), 'note-malformed', 'vkey id is not of this key')
  return key
}
