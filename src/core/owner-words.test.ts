import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { decodeCbor, type CborValue } from './cbor.ts'
import { coseSign } from './cose.ts'
import { coseKey, thumbprint } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { MESSAGES, readOwnerWords, signOwnerWords, type OwnerWords } from './owner-words.ts'
import { Refusal } from './refusal.ts'

const TYPE = 'application/stolen-words+cbor'
const owner = newKey()
const thief = newKey()
const words: OwnerWords = {
  dak: bytes(32, 1),
  message: 'needed',
  language: 'pt-BR',
  reference: 'SM-7Q4K-2M9X',
  at: 1_800_000_000,
}
const expected = { dak: words.dak, owner: thumbprint(owner.key), after: null }
const read = (document: Uint8Array, knows: Partial<typeof expected> | { after: number } = {}) =>
  readOwnerWords(document, { ...expected, ...knows }, { verify })

/** The good payload, changed, signed by that key. */
const changed = (change: (fields: Map<number, CborValue>) => unknown, by = owner) => {
  const { payload } = parseDocument(signOwnerWords(words, owner), TYPE)
  const fields = decodeCbor(payload) as Map<number, CborValue>
  change(fields)
  return codeOf(() => read(encodeDocument(coseSign(TYPE, fields, [by]))))
}

describe("what an owner's phone may be let say", () => {
  it('goes round, whatever is picked', () => {
    for (const message of MESSAGES)
      for (const [language, reference] of [
        ['ja', null],
        [null, 'SM-0000-ZZZZ'],
      ] as const) {
        const said = { ...words, message, language, reference }
        expect(read(signOwnerWords(said, owner))).toEqual(said)
      }
  })

  it('A43 is the word of its owner, about this phone, and never an earlier one', () => {
    expect(codeOf(() => read(signOwnerWords(words, thief)))).toBe('owner-key')
    // The owner's key named, and another one's signature.
    expect(changed(() => {}, thief)).toBe('signature')
    expect(changed((fields) => fields.set(7, coseKey(thief.key)), thief)).toBe('owner-key')
    const good = signOwnerWords(words, owner)
    expect(codeOf(() => read(good, { dak: bytes(32, 2) }))).toBe('not-this-device')
    expect(codeOf(() => read(good, { after: words.at }))).toBe('replay')
    expect(codeOf(() => read(good, { after: words.at - 1 }))).toBe('accepted')
  })

  it.each<[string, (fields: Map<number, CborValue>) => unknown]>([
    ['free text', (fields) => fields.set(3, 'pay 500 to 0123456789')],
    ['a language no gate speaks', (fields) => fields.set(4, 'tlh')],
    ['a telephone number', (fields) => fields.set(5, '+44207946010')],
    ['a word for a reference', (fields) => fields.set(5, 'SM-CALL-NOWI')],
    ['a member more', (fields) => fields.set(8, 'x')],
    ['another version', (fields) => fields.set(1, 2)],
    ['no time', (fields) => fields.delete(6)],
  ])('A43 has no room for %s', (_, change) => expect(changed(change)).toBe('malformed'))

  it('is refused in words whatever else it is', () => {
    const good = signOwnerWords(words, owner)
    const bent = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(bent, ([at, flip]) => {
        const document = Uint8Array.from(good)
        document[at]! ^= flip
        expect(() => read(document)).toThrow(Refusal)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (document) => {
        expect(() => read(document)).toThrow(Refusal)
      }),
    )
    const two = encodeDocument(coseSign(TYPE, parsePayload(good), [owner, owner]))
    expect(codeOf(() => read(two))).toBe('malformed')
  })
})

const parsePayload = (document: Uint8Array) => decodeCbor(parseDocument(document, TYPE).payload)
