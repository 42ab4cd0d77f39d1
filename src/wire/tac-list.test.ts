import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { TacListReader, type TacRow } from './tac-list.ts'

const HEADER = 'TAC|Manufacturer|Model Name|Bands|Allocation Date|Device Type'
const ONE = '00101701|Example Works|One|GSM 900|01-Jan-2001|Smartphone'

function read(...lines: readonly (string | null)[]): TacRow[] {
  const rows: TacRow[] = []
  const reader = new TacListReader((row) => void rows.push(row))
  for (const [i, text] of lines.entries()) reader.take(i + 1, text)
  expect(reader.finish()).toBe(rows.length)
  return rows
}

describe('a TAC list', () => {
  test('names each model, whatever the order of its columns, with empty cells and stray quotes', () => {
    const header =
      '"tac"|Marketing Name|Internal Model Name|Manufacturer|Bands|Allocation Date|Brand Name|Model Name|Device Type|NFC'
    expect(
      read(
        header,
        '00101701|"Example One"|EX-1|Example Works||31-Dec-2025|Example|One|Smartphone|Yes',
        '',
        '00101702||||||||  |',
        '00101701|Example One|EX-1|Example Works||31-Dec-2025|Example|One|Smartphone|Yes',
      ),
    ).toEqual([
      {
        tac: '00101701',
        manufacturer: 'Example Works',
        brand: 'Example',
        names: ['Example One', 'EX-1', 'One'],
      },
      { tac: '00101702', manufacturer: '', brand: '', names: [] },
    ])
  })

  test.each<[string, string, (string | null)[]]>([
    ['nothing in it', 'list-columns', []],
    ['a header alone', 'malformed', [HEADER]],
    ['a mandatory column missing', 'list-columns', [HEADER.replace('|Bands', ''), ONE]],
    ['a column twice', 'list-columns', [`${HEADER}|bands`, `${ONE}|`]],
    ['a cell too few', 'list-columns', [HEADER, ONE.replace('|GSM 900', '')]],
    ['a cell too many', 'list-columns', [HEADER, `${ONE}|`]],
    ['a TAC of 9 digits', 'malformed', [HEADER, ONE.replace('00101701', '001017010')]],
    ['a TAC of letters', 'malformed', [HEADER, ONE.replace('00101701', '0010170A')]],
    ['leading zeros lost', 'list-leading-zeros', [HEADER, ONE.replace('00101701', '101701')]],
    ['a date in another form', 'malformed', [HEADER, ONE.replace('01-Jan-2001', '2001-01-01')]],
    ['a day that is none', 'malformed', [HEADER, ONE.replace('01-Jan', '32-Jan')]],
    ['one TAC for two models', 'list-conflict', [HEADER, ONE, ONE.replace('One', 'Two')]],
    ['a line without end', 'malformed', [HEADER, null]],
    ['no UTF-8', 'malformed', [HEADER, ONE.replace('One', 'O\ufffde')]],
  ])('with %s is refused whole: %s', (_, code, lines) => {
    expect(codeOf(() => read(...lines))).toBe(code)
  })

  test('of any text ends in rows or in a refusal', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 })), (lines) => {
        expect(codeOf(() => read(HEADER, ...lines))).toMatch(/^[a-z-]+$/)
      }),
    )
  })
})
