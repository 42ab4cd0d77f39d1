import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { fromBase64, utf8 } from '../core/bytes.ts'
import {
  checkNoSplitView,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts'
import { cosign, cosignatureTime, cosignedMessage } from './cosignature.ts'
import { EMPTY_ROOT, leafHash } from './merkle.ts'
import { formatNote, parseNote } from './note.ts'
import { signNote } from './open-note.ts'

const log = testKey('log.example/gb', 1, 1)
const rotated = testKey('log.example/gb', 1, 2)
const witness = testKey('witness.example/w1', 4, 3)
const head = { origin: 'log.example/gb', size: 1, root: leafHash(utf8('one')) }
const NOTE = signCheckpoint(head, log.key, log.sign)
const open = (note: string, keys = [log.key]) => openCheckpoint(note, keys, verifyEd25519)

describe('checkpoints', () => {
  it('are three lines', () => {
    const text =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    const parsed = parseCheckpoint(text)
    expect(parsed).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 20852163,
      root: fromBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='),
    })
    expect(formatCheckpoint(parsed)).toBe(text)
  })

  it('open to what the log signed', () => {
    expect(open(NOTE)).toMatchObject(head)
    const empty = { ...head, size: 0, root: EMPTY_ROOT }
    expect(open(signCheckpoint(empty, log.key, log.sign))).toMatchObject(empty)
  })

  it('need a line by a known log of that origin', () => {
    expect(codeOf(() => open(NOTE, []))).toBe('log-unknown')
    expect(codeOf(() => open(NOTE, [testKey('else.example', 1, 1).key]))).toBe('log-unknown')
    expect(codeOf(() => open(NOTE, [testKey('log.example/gb', 4, 1).key]))).toBe('log-unknown')
    expect(codeOf(() => open(NOTE, [rotated.key]))).toBe('log-signature')
    expect(codeOf(() => open(NOTE, [rotated.key, log.key]))).toBe('accepted')
    expect(codeOf(() => open(NOTE.replace('\n1\n', '\n2\n')))).toBe('log-signature')
    const misnamed = testKey('else.example', 1, 1)
    expect(codeOf(() => signCheckpoint(head, misnamed.key, misnamed.sign))).toBe('log-unknown')
  })

  it('carry no extension lines even when the log signs them', () => {
    const extended = signNote(`${formatCheckpoint(head)}extra\n`, log.key, log.sign)
    expect(codeOf(() => open(extended))).toBe('checkpoint-malformed')
    const long = signNote(`${formatCheckpoint(head)}a\nb\nc\n`, log.key, log.sign)
    expect(codeOf(() => open(long))).toBe('checkpoint-malformed')
  })

  it.each(['01', '+1', '-1', '1.0', '', '0x1', '9007199254740992', '18446744073709551615'])(
    'refuse size %s',
    (size) => {
      const text = formatCheckpoint(head).replace('\n1\n', `\n${size}\n`)
      expect(codeOf(() => parseCheckpoint(text))).toBe('checkpoint-malformed')
    },
  )

  it('never leave the house with a root of another length', () => {
    const short = { ...head, root: new Uint8Array(31) }
    expect(codeOf(() => formatCheckpoint(short))).toBe('checkpoint-malformed')
    expect(codeOf(() => formatCheckpoint({ ...head, origin: 'a\n9' }))).toBe('checkpoint-malformed')
    expect(codeOf(() => formatCheckpoint({ ...head, size: 1.5 }))).toBe('checkpoint-malformed')
  })

  it('of one size with two roots are a split view', () => {
    const twin = open(signCheckpoint({ ...head, root: EMPTY_ROOT }, log.key, log.sign))
    const next = open(signCheckpoint({ ...head, size: 2, root: EMPTY_ROOT }, log.key, log.sign))
    expect(codeOf(() => checkNoSplitView(open(NOTE), twin))).toBe('split-view')
    expect(codeOf(() => checkNoSplitView(open(NOTE), next))).toBe('accepted')
    expect(codeOf(() => checkNoSplitView(open(NOTE), open(NOTE)))).toBe('accepted')
  })
})

describe('cosignatures v1', () => {
  const text = formatCheckpoint(head)
  const line = cosign({ key: witness.key, text, timeSeconds: 1679315147, sign: witness.sign })
  const timeOf = (signature: Uint8Array, signed = text) =>
    cosignatureTime({ key: witness.key, text: signed, signature, verify: verifyEd25519 })

  it('sign header, time and the whole checkpoint text', () => {
    const wanted = `cosignature/v1\ntime 1679315147\n${text}`
    expect(cosignedMessage(text, 1679315147)).toEqual(utf8(wanted))
  })

  it('give their time when they verify', () => {
    expect(line.signature).toHaveLength(72)
    expect(timeOf(line.signature)).toBe(1679315147)
    expect(timeOf(line.signature, `${text}more\n`)).toBeNull()
  })

  it('fail with any other time, length or signature', () => {
    for (let at = 0; at < 72; at += 5)
      expect(timeOf(line.signature.map((b, i) => (i === at ? b ^ 1 : b))), `${at}`).toBeNull()
    expect(timeOf(line.signature.slice(1))).toBeNull()
    expect(timeOf(new Uint8Array(0))).toBeNull()
  })

  it('never have the time 0 or one beyond 2^53-1, correctly signed or not', () => {
    for (const [stamp, seconds] of [
      [0n, '0'],
      [2n ** 53n, '9007199254740992'],
    ] as const) {
      const signature = new Uint8Array(72)
      new DataView(signature.buffer).setBigUint64(0, stamp)
      signature.set(witness.sign(utf8(`cosignature/v1\ntime ${seconds}\n${text}`)), 8)
      expect(timeOf(signature)).toBeNull()
    }
    for (const timeSeconds of [0, -1, 1.5, 2 ** 53])
      expect(
        codeOf(() => cosign({ key: witness.key, text, timeSeconds, sign: witness.sign })),
      ).toBe('note-malformed')
    expect(codeOf(() => cosign({ key: log.key, text, timeSeconds: 1, sign: log.sign }))).toBe(
      'note-malformed',
    )
  })

  it('do not disturb who only knows the log', () => {
    const { signatures } = parseNote(NOTE)
    const broken = { ...line, signature: new Uint8Array(72) }
    const note = formatNote({ text, signatures: [...signatures, line, broken] })
    expect(open(note).size).toBe(1)
  })
})
