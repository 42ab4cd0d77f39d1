import { concat, u64, utf8 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { COSIGNATURE, type NoteKey, type SignEd25519, type VerifyEd25519 } from './note-key.ts'
import type { NoteSignature } from './note.ts'

/**
 * What a v1 cosignature signs (C2SP tlog-cosignature, "Signed message"). The cosigner's name is not
 * in it, so one key under two names would speak twice with one voice: policies refuse that.
 */
export function cosignedMessage(checkpointText: string, timeSeconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timeSeconds}\n${checkpointText}`)
}

/**
 * Cosigns a checkpoint's text (its note's text) at `timeSeconds` since 1970. The caller has checked
 * that the tree is the largest consistent one it has seen: that is what the line says.
 */
export function cosign(options: {
  readonly key: NoteKey
  readonly text: string
  readonly timeSeconds: number
  readonly sign: SignEd25519
}): NoteSignature {
  const { key, text, timeSeconds, sign } = options
  demand(key.type === COSIGNATURE, 'note-malformed', 'a key of type 1 makes no cosignatures')
  const plausible = Number.isSafeInteger(timeSeconds) && timeSeconds > 0
  demand(plausible, 'note-malformed', 'a cosignature needs a time in whole seconds')
  const signature = concat(u64(timeSeconds), sign(cosignedMessage(text, timeSeconds)))
  return { name: key.name, id: key.id, signature }
}

/**
 * The time of a valid cosignature in seconds since 1970, or null when it does not verify.
 * A time of 0 or beyond 2^53−1 does not.
 */
export function cosignatureTime(options: {
  readonly key: NoteKey
  readonly text: string
  /** `u64 time ‖ 64 bytes`. */
  readonly signature: Uint8Array
  readonly verify: VerifyEd25519
}): number | null {
  const { key, text, signature, verify } = options
  if (signature.length !== 72) return null
  const stamp = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
  if (stamp === 0n || stamp > BigInt(Number.MAX_SAFE_INTEGER)) return null
  const timeSeconds = Number(stamp)
  const message = cosignedMessage(text, timeSeconds)
  return verify(key.publicKey, message, signature.slice(8)) ? timeSeconds : null
}
