import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery } from './query.ts'

/** WHATWG URL's own parser. */
function byTheBook(text: string) {
  const all = new URLSearchParams(text)
  const value = (name: string) => {
    const [first, ...more] = all.getAll(name)
    return more.length > 0 ? null : first
  }
  return { pei: value('pei'), supi: value('supi'), gpsi: value('gpsi') }
}

const pieces = fc.oneof(
  fc.constantFrom(
    'pei',
    'supi',
    'gpsi',
    '=',
    '&',
    '+',
    '%',
    '%70',
    '%65%69',
    '%26',
    '%3D',
    'imei-',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 4 }),
)
// A leading question mark is not part of a query; URLSearchParams takes one off.
const queries = fc
  .array(pieces, { maxLength: 14 })
  .map((parts) => parts.join(''))
  .filter((text) => !text.startsWith('?'))

test('A92: any query is read as WHATWG URL reads it', () => {
  fc.assert(
    fc.property(queries, (text) => {
      expect(parseQuery(text)).toEqual(byTheBook(text))
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['pei=a&supi=b&gpsi=c', 'a', 'b', 'c'],
  ['%70ei=a%2Db', 'a-b', undefined, undefined],
  ['pei&supi=', '', '', undefined],
  ['pei=a&pei=a', null, undefined, undefined],
  ['PEI=a&supi[]=b&=c&&', undefined, undefined, undefined],
])('%s', (text, pei, supi, gpsi) => {
  expect(parseQuery(text)).toEqual({ pei, supi, gpsi })
})
