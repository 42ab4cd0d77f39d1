import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LIST_FORMATS,
  applyChanges,
  changeCount,
  changesBetween,
  formatList,
  listLine,
  parseList,
  type ListFormat,
} from './list-out.ts'

const { blacklist, notifications, exceptions } = LIST_FORMATS
const A = '00101701000001'
const B = '00101701000002'

/** States of one list: few numbers, so that they meet. */
const states = (format: ListFormat) => {
  const cell = fc.constantFrom('', '0', '00', '001', '20260311', 'theft', 'lost|theft')
  const imei = fc.constantFrom(A, `${A}9`, B, `${B}7`)
  const rest = fc.array(cell, {
    minLength: format.columns.length - 1,
    maxLength: format.columns.length - 1,
  })
  const line = fc.tuple(imei, rest).map(([first, more]) => listLine([first, ...more]))
  const state = fc.uniqueArray(line, {
    maxLength: 12,
    selector: (text) => text.split(',', format.keys).join(','),
  })
  return fc.array(state, { minLength: 2, maxLength: 6 })
}

describe('a list and its changes', () => {
  test.each(Object.entries(LIST_FORMATS))(
    '%s: all changes applied to any earlier full list give the newest, byte for byte',
    (_, format) => {
      fc.assert(
        fc.property(states(format), fc.nat(), (all, odd) => {
          const files = all.map((lines) => formatList(format, lines))
          const wentAs = (line: string) => format.went[(line.length + odd) % format.went.length]!
          let lines = parseList(format, files[0]!)
          for (const [i, next] of all.slice(1).entries()) {
            const changes = changesBetween(format, {
              before: parseList(format, files[i]!),
              after: next,
              wentAs,
            })
            const read = [...changes].map(
              ([name, part]) => [name, parseList(format, formatList(format, part))] as const,
            )
            lines = applyChanges(format, lines, new Map(read))
            expect(formatList(format, lines)).toBe(files[i + 1])
          }
        }),
      )
    },
  )

  test('lines stand in the order of their bytes, as LC_ALL=C sort has them', () => {
    const lines = [`${A}9,20260311,theft`, `${B},20260311,lost`, `${A},20260312,theft`]
    expect(formatList(blacklist, lines)).toBe(
      `imei,block_date,reasons\n${A},20260312,theft\n${A}9,20260311,theft\n${B},20260311,lost\n`,
    )
  })

  test('what went says which way, what changed says the new', () => {
    const before = [`${A},00101,,20260311,theft`, `${B},00102,,20260311,theft`]
    const after = [`${A},00101,,20260311,robbery`]
    const changes = changesBetween(notifications, {
      before,
      after,
      wentAs: () => 'no_longer_seen',
    })
    expect(Object.fromEntries(changes)).toEqual({
      new: [],
      resolved: [],
      no_longer_seen: [before[1]],
      changed: after,
    })
    expect(changeCount(changes)).toBe(2)
  })

  test.each([
    ['takes what is not there', 'unblocked', `${B},20260311,theft`],
    ['takes what says something else', 'unblocked', `${A},20260312,theft`],
    ['adds what is there', 'blocked', `${A},20260312,theft`],
    ['changes what is not there', 'changed', `${B},20260312,theft`],
    ['changes nothing', 'changed', `${A},20260311,theft`],
  ])('a change that %s is a conflict', (_, file, line) => {
    expect(() =>
      applyChanges(blacklist, [`${A},20260311,theft`], new Map([[file, [line]]])),
    ).toThrow(expect.objectContaining({ code: 'list-delta-conflict' }))
  })
})

describe('a list read back', () => {
  const head = 'imei,imsi,msisdn\n'
  test.each([
    ['another header', `imei,imsi\n${A},0\n`, 'list-columns'],
    ['no last line end', `${head}${A},001,`, 'malformed'],
    ['lines out of order', `${head}${B},001,\n${A},001,\n`, 'malformed'],
    ['a line twice', `${head}${A},001,\n${A},001,\n`, 'malformed'],
    ['a cell too many', `${head}${A},001,,\n`, 'malformed'],
    ['CRLF', `${head}${A},001,\r\n`, 'malformed'],
    ['quotes', `${head}"${A}",001,\n`, 'malformed'],
  ])('with %s is refused', (_, text, code) => {
    expect(() => parseList(exceptions, text)).toThrow(expect.objectContaining({ code }))
  })

  test.each(['=1+1', '+44', '-1', '@x', 'a,b', 'a"b', 'a\nb', '\t'])(
    'A78: no cell %j is ever written into one',
    (cell) => {
      expect(() => listLine([A, cell])).toThrow(expect.objectContaining({ code: 'malformed' }))
    },
  )
})
