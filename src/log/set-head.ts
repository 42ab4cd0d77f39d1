import { equal, toBase64 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { decodeDelta, type Delta } from '../core/sets/delta.ts'
import { LISTS, countOf, type List } from '../core/sets/tac-group.ts'
import type { Sha256 } from './merkle.ts'
import {
  ED25519,
  checkKeyName,
  type NoteKey,
  type SignEd25519,
  type VerifyEd25519,
} from './note-key.ts'
import { parseNote } from './note.ts'
import { signNote, verifyLines } from './open-note.ts'
import { parseDecimal, parseHash, type Source } from './text.ts'

const CODE = 'snapshot-malformed'

/** What the registry of a log says of one list at one tree size. */
export interface SnapshotHead {
  /** Origin of the log. */
  readonly origin: string
  readonly list: List
  readonly size: number
  /** Numbers in the list. */
  readonly count: number
  /** SHA-256 of the encoded snapshot. */
  readonly hash: Uint8Array
}

/** What it says of the way from one tree size to a later one. */
export interface DeltaHead {
  readonly origin: string
  readonly list: List
  readonly from: number
  readonly to: number
  /** Numbers added. */
  readonly adds: number
  /** Numbers removed. */
  readonly removes: number
  /** SHA-256 of the encoded delta. */
  readonly hash: Uint8Array
  /** SHA-256 of the encoded snapshot it leads to. */
  readonly result: Uint8Array
}

/**
 * Name of the key that signs the heads of a log. It is not the log's own: a snapshot is a head start
 * for an edge, and proves nothing.
 */
export function snapshotKeyName(origin: string): string {
  return `${origin}/snapshot`
}

/** `origin/snapshot/list`, size, count, hash. @throws {Refusal} log-unknown: the key of another log */
export function signSnapshotHead(head: SnapshotHead, key: NoteKey, sign: SignEd25519): string {
  const { origin, list, size, count, hash } = head
  const lines = [`${origin}/snapshot/${list}`, size, count, toBase64(hash)]
  return signHead(origin, lines, key, sign)
}

/** `origin/delta/list`, from, to, adds, removes, two hashes. @throws {Refusal} log-unknown */
export function signDeltaHead(head: DeltaHead, key: NoteKey, sign: SignEd25519): string {
  const { origin, list, from, to, adds, removes, hash, result } = head
  const hashes = [toBase64(hash), toBase64(result)]
  const lines = [`${origin}/delta/${list}`, from, to, adds, removes, ...hashes]
  return signHead(origin, lines, key, sign)
}

function signHead(
  origin: string,
  lines: readonly (string | number)[],
  key: NoteKey,
  sign: SignEd25519,
): string {
  demand(key.name === snapshotKeyName(origin), 'log-unknown', 'the key is named unlike the log')
  return signNote(`${lines.join('\n')}\n`, key, sign)
}

/** @throws {Refusal} note-malformed, snapshot-malformed, log-unknown, note-signature */
export function openSnapshotHead(
  source: Source,
  keys: readonly NoteKey[],
  verify: VerifyEd25519,
): SnapshotHead {
  const { origin, list, rest } = openHead(source, { kind: 'snapshot', keys, verify })
  const [size = '', count = '', hash = ''] = rest
  demand(rest.length === 3, CODE, 'expected four lines')
  return {
    origin,
    list,
    size: parseDecimal(size, CODE),
    count: parseDecimal(count, CODE),
    hash: parseHash(hash, CODE),
  }
}

/** @throws {Refusal} note-malformed, snapshot-malformed, log-unknown, note-signature */
export function openDeltaHead(
  source: Source,
  keys: readonly NoteKey[],
  verify: VerifyEd25519,
): DeltaHead {
  const { origin, list, rest } = openHead(source, { kind: 'delta', keys, verify })
  const [from = '', to = '', adds = '', removes = '', hash = '', result = ''] = rest
  demand(rest.length === 6, CODE, 'expected seven lines')
  return {
    origin,
    list,
    from: parseDecimal(from, CODE),
    to: parseDecimal(to, CODE),
    adds: parseDecimal(adds, CODE),
    removes: parseDecimal(removes, CODE),
    hash: parseHash(hash, CODE),
    result: parseHash(result, CODE),
  }
}

interface Opening {
  readonly kind: 'snapshot' | 'delta'
  readonly keys: readonly NoteKey[]
  readonly verify: VerifyEd25519
}

/** The first line taken apart, the others as they are; all of them under the signature of the log's key. */
function openHead(source: Source, { kind, keys, verify }: Opening) {
  const note = parseNote(source)
  const [first = '', ...rest] = note.text.slice(0, -1).split('\n', 8)
  const list = Object.values(LISTS).find((one) => first.endsWith(`/${kind}/${one}`))
  demand(list !== undefined, CODE, `not the head of a ${kind}`)
  const origin = first.slice(0, -`/${kind}/${list}`.length)
  checkKeyName(origin, CODE)
  const name = snapshotKeyName(origin)
  const known = keys.filter((key) => key.type === ED25519 && key.name === name)
  demand(known.length > 0, 'log-unknown', 'no key is known for the heads of this log')
  demand(verifyLines(note, known, verify).length > 0, 'note-signature', 'no line by that key')
  return { origin, list, rest }
}

/** Whether a snapshot is the one its head names. @throws {Refusal} snapshot-hash */
export function checkSnapshot(
  head: Omit<SnapshotHead, 'origin'>,
  found: Omit<SnapshotHead, 'origin'>,
): void {
  demand(equal(head.hash, found.hash), 'snapshot-hash', 'another hash than the head names')
  const isSame = head.list === found.list && head.size === found.size && head.count === found.count
  demand(isSame, 'snapshot-hash', 'another list, tree size or count than the head names')
}

/** The delta its head names. @throws {Refusal} snapshot-hash, snapshot-malformed, too-large */
export function openDelta(head: DeltaHead, bytes: Uint8Array, sha256: Sha256): Delta {
  demand(equal(sha256(bytes), head.hash), 'snapshot-hash', 'another hash than the head names')
  const delta = decodeDelta(bytes)
  const isSame =
    delta.list === head.list &&
    delta.from === head.from &&
    delta.to === head.to &&
    countOf(delta.adds) === head.adds &&
    countOf(delta.removes) === head.removes
  demand(isSame, 'snapshot-hash', 'another list, tree size or count than the head names')
  return delta
}
