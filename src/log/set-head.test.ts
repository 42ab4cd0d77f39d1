import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { equal, toBase64 } from '../core/bytes.ts'
import type { Imei14 } from '../core/imei.ts'
import { encodeDelta } from '../core/sets/delta.ts'
import { LISTS, groupImeis } from '../core/sets/tac-group.ts'
import {
  checkSnapshot,
  openDelta,
  openDeltaHead,
  openSnapshotHead,
  signDeltaHead,
  signNote,
  signSnapshotHead,
  snapshotKeyName,
  type DeltaHead,
  type SnapshotHead,
} from './index.ts'

const ORIGIN = 'log.example/stolen-mode'
const { key, sign } = testKey(snapshotKeyName(ORIGIN), 1, 7)
const hash = (byte: number) => new Uint8Array(32).fill(byte)

const head: SnapshotHead = {
  origin: ORIGIN,
  list: LISTS.grey,
  size: 184_220,
  count: 3,
  hash: hash(1),
}
const deltaBytes = encodeDelta({
  list: LISTS.black,
  from: 5,
  to: 9,
  adds: groupImeis(['00101701000001', '00101701000002'] as Imei14[]),
  removes: groupImeis(['00101701000009' as Imei14]),
})
const deltaHead: DeltaHead = {
  origin: ORIGIN,
  list: LISTS.black,
  from: 5,
  to: 9,
  adds: 2,
  removes: 1,
  hash: sha256(deltaBytes),
  result: hash(2),
}

const open = (note: string, keys = [key]) => openSnapshotHead(note, keys, verifyEd25519)
const openOfDelta = (note: string) => openDeltaHead(note, [key], verifyEd25519)
const signed = (...lines: readonly string[]) => signNote(`${lines.join('\n')}\n`, key, sign)

describe('the head of a snapshot', () => {
  it('is four lines under the signature of a key of its own', () => {
    const note = signSnapshotHead(head, key, sign)
    const text = `${ORIGIN}/snapshot/2\n184220\n3\n${toBase64(hash(1))}\n`
    expect(note.startsWith(`${text}\n— ${ORIGIN}/snapshot `)).toBe(true)
    expect(open(note)).toEqual(head)
  })

  it('is read back, whatever it says', () => {
    const number = fc.nat({ max: Number.MAX_SAFE_INTEGER })
    const byte = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(number, number, byte, (size, count, bytes) => {
        const said = { ...head, size, count, hash: bytes }
        expect(open(signSnapshotHead(said, key, sign))).toEqual(said)
      }),
    )
  })

  it.each([
    [
      'a fifth line',
      signed(`${ORIGIN}/snapshot/1`, '1', '2', toBase64(hash(1)), ''),
      'snapshot-malformed',
    ],
    ['a line less', signed(`${ORIGIN}/snapshot/1`, '1', toBase64(hash(1))), 'snapshot-malformed'],
    ['list 3', signed(`${ORIGIN}/snapshot/3`, '1', '2', toBase64(hash(1))), 'snapshot-malformed'],
    ['no list', signed(`${ORIGIN}/snapshot/`, '1', '2', toBase64(hash(1))), 'snapshot-malformed'],
    ['no origin', signed('/snapshot/1', '1', '2', toBase64(hash(1))), 'snapshot-malformed'],
    [
      'a leading zero',
      signed(`${ORIGIN}/snapshot/1`, '01', '2', toBase64(hash(1))),
      'snapshot-malformed',
    ],
    [
      '2^64−1',
      signed(`${ORIGIN}/snapshot/1`, '18446744073709551615', '2', toBase64(hash(1))),
      'snapshot-malformed',
    ],
    [
      'a hash of 31 bytes',
      signed(`${ORIGIN}/snapshot/1`, '1', '2', toBase64(hash(1).slice(1))),
      'snapshot-malformed',
    ],
    ['the head of a delta', signDeltaHead(deltaHead, key, sign), 'snapshot-malformed'],
    ['a checkpoint', signed(ORIGIN, '1', toBase64(hash(1))), 'snapshot-malformed'],
    ['no note', `${ORIGIN}/snapshot/1\n1\n2\n`, 'note-malformed'],
    ['another log', signed('other.example/snapshot/1', '1', '2', toBase64(hash(1))), 'log-unknown'],
  ])('is refused with %s', (_, note, code) => {
    expect(codeOf(() => open(note))).toBe(code)
  })

  it('counts only by the key for it: not by the log’s own, not by a cosigner of that name', () => {
    const log = testKey(ORIGIN, 1, 8)
    const note = signSnapshotHead(head, key, sign)
    expect(codeOf(() => open(note, [log.key]))).toBe('log-unknown')
    expect(codeOf(() => open(note, [testKey(snapshotKeyName(ORIGIN), 4, 7).key]))).toBe(
      'log-unknown',
    )
    expect(codeOf(() => open(note, [testKey(snapshotKeyName(ORIGIN), 1, 9).key]))).toBe(
      'note-signature',
    )
    expect(codeOf(() => open(note.replace('\n3\n', '\n4\n')))).toBe('note-signature')
    expect(codeOf(() => signSnapshotHead(head, log.key, log.sign))).toBe('log-unknown')
  })
})

describe('A87: a poisoned snapshot', () => {
  it.each([
    ['other bytes', { hash: hash(9) }],
    ['the other list', { list: LISTS.black }],
    ['an older tree', { size: head.size - 1 }],
    ['a number less', { count: 2 }],
  ])('is not taken for %s than its head names', (_, difference) => {
    expect(codeOf(() => checkSnapshot(head, { ...head, ...difference }))).toBe('snapshot-hash')
    expect(codeOf(() => checkSnapshot(head, head))).toBe('accepted')
  })

  it('is not made by a delta either', () => {
    const note = signDeltaHead(deltaHead, key, sign)
    expect(openOfDelta(note)).toEqual(deltaHead)
    expect(openDelta(deltaHead, deltaBytes, sha256)).toMatchObject({ from: 5, to: 9 })
    const flipped = deltaBytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte))
    expect(equal(flipped, deltaBytes)).toBe(false)
    expect(codeOf(() => openDelta(deltaHead, flipped, sha256))).toBe('snapshot-hash')
  })

  it.each([
    ['from', { from: 4 }],
    ['to', { to: 10 }],
    ['adds', { adds: 1 }],
    ['removes', { removes: 0 }],
    ['list', { list: LISTS.grey }],
  ])('nor by a delta with another %s than its head', (_, difference) => {
    const lying = { ...deltaHead, ...difference }
    expect(codeOf(() => openDelta(lying, deltaBytes, sha256))).toBe('snapshot-hash')
  })

  it.each([
    ['a line less', signed(`${ORIGIN}/delta/1`, '1', '2', '3', '4', toBase64(hash(1)))],
    ['the head of a snapshot', signSnapshotHead(head, key, sign)],
  ])('and the head of a delta is refused with %s', (_, note) => {
    expect(codeOf(() => openOfDelta(note))).toBe('snapshot-malformed')
  })
})
