import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, fromBase64, utf8 } from '../core/bytes.ts'
import { formatVkey, parseVkey } from './note-key.ts'
import { formatNote, formatSignatureLine, parseNote } from './note.ts'
import { openNote, signNote, signText, verifyLines } from './open-note.ts'
import { fromUtf8 } from './text.ts'

const salvatore = testKey('quasimodo.example/salvatore', 1, 7)
const other = testKey('other.example', 1, 8)
const TEXT = 'Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n'
const NOTE = signNote(TEXT, salvatore.key, salvatore.sign)

const open = (note: string | Uint8Array, keys = [salvatore.key]) =>
  openNote(note, keys, verifyEd25519)

describe('notes by others', () => {
  it('opens the note of golang.org/x/mod/sumdb/note', () => {
    const key = parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
    const note =
      'If you think cryptography is the answer to your problem,\n' +
      "then you don't know what your problem is.\n\n" +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
    expect(open(note, [key]).lines).toHaveLength(1)
    expect(codeOf(() => open(note.replace('don', 'Don'), [key]))).toBe('note-signature')
  })
})

describe('a signed note', () => {
  it('opens to the text and the key that signed', () => {
    expect(open(NOTE)).toEqual({ text: TEXT, lines: [{ key: salvatore.key, timeSeconds: null }] })
    expect(open(utf8(NOTE)).text).toBe(TEXT)
  })

  it('is cut at its last empty line', () => {
    expect(parseNote(NOTE).text).toBe(TEXT)
    expect(formatNote(parseNote(NOTE))).toBe(NOTE)
  })

  it('round-trips any text', () => {
    const line = fc
      .string({ unit: 'grapheme' })
      .filter((s) => utf8(s).every((byte) => byte >= 0x20))
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = `${lines.join('\n')}\n`
        expect(open(signNote(text, salvatore.key, salvatore.sign)).text).toBe(text)
      }),
    )
  })

  it('passes lines by unknown keys, even if they share name or id with a known one', () => {
    const line = parseNote(NOTE).signatures[0]!
    const foreign = [
      { ...line, name: 'someone.example' },
      { ...line, id: '00000000' },
      { name: 'pq.example', id: '00000006', signature: new Uint8Array(2420) },
    ]
    const note = formatNote({ text: TEXT, signatures: [...foreign, line] })
    expect(open(note).lines).toHaveLength(1)
    expect(codeOf(() => open(formatNote({ text: TEXT, signatures: foreign })))).toBe(
      'note-signature',
    )
  })

  it('is refused whole when one known line fails, beside a good one too', () => {
    const good = parseNote(NOTE).signatures[0]!
    const bad = { ...signText(TEXT, other.key, other.sign), signature: good.signature }
    const note = formatNote({ text: TEXT, signatures: [good, bad] })
    expect(open(note).lines).toHaveLength(1)
    const keys = [salvatore.key, other.key]
    expect(codeOf(() => open(note, keys))).toBe('note-signature')
    expect(() => open(note, keys)).toThrow(
      expect.objectContaining({ facts: { line: 'other.example' } }),
    )
  })

  it('ignores a repeated line', () => {
    const good = parseNote(NOTE).signatures[0]!
    const bad = { ...good, signature: new Uint8Array(64) }
    expect(open(formatNote({ text: TEXT, signatures: [good, bad] })).lines).toHaveLength(1)
    const first = formatNote({ text: TEXT, signatures: [bad, good] })
    expect(codeOf(() => open(first))).toBe('note-signature')
  })

  it('takes 64 signatures and 64 KiB, no more', () => {
    const line = parseNote(NOTE).signatures[0]!
    const many = (n: number) => formatNote({ text: TEXT, signatures: Array(n).fill(line) })
    expect(parseNote(many(64)).signatures).toHaveLength(64)
    expect(codeOf(() => many(65))).toBe('note-malformed')
    const filler = 65_536 - utf8(NOTE).length + utf8(TEXT).length
    const sized = (n: number) => signNote(`${'a'.repeat(n - 1)}\n`, salvatore.key, salvatore.sign)
    expect(utf8(sized(filler))).toHaveLength(65_536)
    expect(codeOf(() => sized(filler + 1))).toBe('note-malformed')
  })

  it('ends in a note or a refusal, whatever arrives', () => {
    const bytes = utf8(NOTE)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bent = cut ? bytes.slice(0, at) : bytes.map((old, i) => (i === at ? byte : old))
        const code = codeOf(() => open(bent))
        const same = !cut && bytes[at] === byte
        expect(code).toMatch(same ? /accepted/ : /note-malformed|note-signature/)
      }),
      { numRuns: 200 },
    )
  })

  it('verifies lines of keys of type 4 with their time', () => {
    const note = parseNote(NOTE)
    expect(verifyLines(note, [], verifyEd25519)).toEqual([])
    const witness = testKey('w.example', 4, 9)
    expect(codeOf(() => signText(TEXT, witness.key, witness.sign))).toBe('note-malformed')
  })
})

describe('verifier keys', () => {
  it('round-trip, plus signs in the base64 and all', () => {
    let withPlus = 0
    for (let seed = 0; seed < 60; seed++) {
      const { key } = testKey(`k${seed}.example/log`, seed % 2 === 0 ? 1 : 4, seed)
      const vkey = formatVkey(key)
      if (vkey.split('+').length > 3) withPlus++
      expect(parseVkey(vkey)).toEqual(key)
    }
    expect(withPlus).toBeGreaterThan(0)
  })

  it('are refused under another name, id, type or length', () => {
    const vkey = formatVkey(salvatore.key)
    const data = vkey.split('+').slice(2).join('+')
    expect(fromBase64(data)).toEqual(concat(Uint8Array.of(1), salvatore.key.publicKey))
    for (const bad of [
      vkey.replace('salvatore', 'salvador'),
      vkey.replace(salvatore.key.id, '00000000'),
      vkey.replace(salvatore.key.id, salvatore.key.id.toUpperCase()),
      vkey.replace(data, `Ag${data.slice(2)}`),
      `x${vkey.slice(vkey.indexOf('+'))}`,
      'name+00000000',
      'name',
      '',
      `${'n'.repeat(2000)}${vkey}`,
    ])
      expect(
        codeOf(() => parseVkey(bad)),
        bad,
      ).toBe('note-malformed')
  })
})

describe('strict UTF-8', () => {
  it('takes what is UTF-8, byte order mark included, and nothing else', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 'malformed')).toBe('\ufeffa')
    for (const bad of [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]])
      expect(codeOf(() => fromUtf8(Uint8Array.from(bad), 'malformed'))).toBe('malformed')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text), 'malformed')).toBe(text)
      }),
    )
  })

  it('refuses a string with a lone surrogate', () => {
    expect(codeOf(() => parseNote(NOTE.replace('è', '\ud800')))).toBe('note-malformed')
  })
})

describe('signature lines', () => {
  it('read as the specification draws them', () => {
    const line = formatSignatureLine({ name: 'a', id: '01020304', signature: Uint8Array.of(5) })
    expect(line).toBe('— a AQIDBAU=\n')
  })
})
