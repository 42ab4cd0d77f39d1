import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../core/index.ts'
import { ListGuard, readHeader, readRow, type StolenListFormat } from './dirbs.ts'

const full = readHeader(['imei', 'reporting_date', 'status'])
const delta = readHeader(['imei', 'reporting_date', 'status', 'change_type'])
const IMEI = '00101701000001'

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'nothing'
}

describe('the header', () => {
  test('is read in any case and any order, white space around it', () => {
    const format = readHeader([' Status', 'IMEI ', 'Reporting_Date'])
    expect(format.kind).toBe('full')
    expect(readRow(['pending', IMEI, '20260311'], 2, format)).toMatchObject({
      ok: { line: 2, imei: IMEI, claim: 'held' },
    })
  })

  test('says by its fourth column that the list is one of changes', () => {
    expect(delta.kind).toBe('delta')
  })

  test.each([
    ['a column is missing', ['imei', 'status']],
    ['a column is there twice', ['imei', 'imei', 'reporting_date', 'status']],
    ['a column is unknown', ['imei', 'reporting_date', 'status', 'owner']],
    ['a semicolon separates', ['imei;reporting_date;status']],
    ['there is none', []],
  ])('is refused when %s', (_, cells) => {
    expect(codeOf(() => readHeader(cells))).toBe('list-columns')
  })
})

describe('a row', () => {
  const read = (cells: string[], format: StolenListFormat = full) => readRow(cells, 7, format)

  test.each([
    ['blacklist', 'locked'],
    ['', 'locked'],
    ['BlackList', 'locked'],
    ['pending', 'held'],
    ['recovered', 'recovered'],
  ])('with status %j claims %s', (status, claim) => {
    expect(read([IMEI, '', status])).toMatchObject({ ok: { claim } })
  })

  test.each(['constructor', 'stolen', 'black list', '0'])(
    'with status %j is set aside',
    (status) => {
      expect(read([IMEI, '', status])).toEqual({ refused: { line: 7, reason: 'status-unknown' } })
    },
  )

  test.each([
    ['14 digits', IMEI, false],
    ['15 with the right check digit', `${IMEI}9`, false],
    ['15 with another: counted, not refused', `${IMEI}3`, true],
    ['16, an IMEISV', `${IMEI}42`, false],
    ['14 digits and what DIRBS allows behind them', `${IMEI}*#`, false],
  ])('names a phone by %s', (_, imei, misfit) => {
    expect(read([imei, '', ''])).toMatchObject({ ok: { imei: IMEI }, misfit })
  })

  test.each([
    ['13 digits', '0010170100000'],
    ['17', `${IMEI}123`],
    ['hexadecimal too early', '0010170100000A'],
    ['a mark that is no hexadecimal digit behind 14', `${IMEI}G`],
    ['digits of another script', '٠٠١٠١٧٠١٠٠٠٠٠١'],
    ['a formula', `="${IMEI}"`],
    ['a NUL byte', `${IMEI}\0`],
    ['a replacement character', `${IMEI}\uFFFD`],
    ['white space inside', '001017 0100000'],
    ['nothing', ''],
  ])('is set aside when its number is %s', (_, imei) => {
    expect(read([imei, '', ''])).toEqual({ refused: { line: 7, reason: 'imei-unusable' } })
  })

  test.each(['20260229', '20261301', '20260431', '19991231', '21000101', '2026-03-11', '2026031'])(
    'is set aside when it was reported on %s',
    (date) => {
      expect(read([IMEI, date, ''])).toEqual({ refused: { line: 7, reason: 'date-invalid' } })
    },
  )

  test('knows leap years', () => {
    expect(read([IMEI, '20240229', ''])).toHaveProperty('ok')
    expect(read([IMEI, '20000229', ''])).toHaveProperty('ok')
  })

  test('is set aside when cells are missing or too many', () => {
    for (const cells of [[IMEI], [IMEI, '', '', 'add']])
      expect(read(cells)).toEqual({ refused: { line: 7, reason: 'columns' } })
  })

  test.each([
    ['add', 'locked'],
    ['update', 'locked'],
    ['remove', 'recovered'],
    ['REMOVE', 'recovered'],
  ])('of a change list that says %s claims %s', (change, claim) => {
    expect(read([IMEI, '', 'blacklist', change], delta)).toMatchObject({ ok: { claim } })
  })

  test('that removes is heard whatever else it says: mercy needs no good manners', () => {
    expect(read([IMEI, 'yesterday', 'nonsense', 'remove'], delta)).toHaveProperty('ok')
  })

  test('of a change list that says anything else is set aside', () => {
    expect(read([IMEI, '', '', 'delete'], delta)).toEqual({
      refused: { line: 7, reason: 'change-unknown' },
    })
  })

  test('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 6 }),
        fc.constantFrom(full, delta),
        (cells, format) => {
          const row = readRow(cells, 1, format)
          expect('ok' in row || 'refused' in row).toBe(true)
        },
      ),
    )
  })
})

describe('a list as a whole', () => {
  const judge = (rows: readonly (readonly string[])[], format = full) => {
    const guard = new ListGuard(format)
    const taken = rows.map((cells, i) => {
      guard.see(cells[0] ?? '')
      const row = readRow(cells, i + 2, format)
      return 'ok' in row && guard.take(row.ok, row.said)
    })
    guard.finish()
    return taken
  }

  test('may say the same twice: the first counts, the spelling does not', () => {
    expect(
      judge([
        [IMEI, '20260311', 'blacklist'],
        [`${IMEI}9`, '20260311', ''],
      ]),
    ).toEqual([true, false])
  })

  test.each([
    [
      'claims',
      'list-conflict',
      full,
      [
        [IMEI, '', 'blacklist'],
        [IMEI, '', 'pending'],
      ],
    ],
    [
      'dates',
      'list-conflict',
      full,
      [
        [IMEI, '20260311', ''],
        [IMEI, '20260312', ''],
      ],
    ],
    [
      'changes',
      'list-delta-conflict',
      delta,
      [
        [IMEI, '', '', 'add'],
        [IMEI, '', '', 'remove'],
      ],
    ],
    [
      'changes of one kind',
      'list-delta-conflict',
      delta,
      [
        [IMEI, '', '', 'add'],
        [IMEI, '', '', 'update'],
      ],
    ],
  ])('is refused for two %s about one number, and names the line', (_, code, format, rows) => {
    const act = () => judge(rows, format)
    expect(codeOf(act)).toBe(code)
    expect(act).toThrow(/lines 3 /)
    expect(act).not.toThrow(new RegExp(IMEI))
  })

  test.each(['1.01701E+13', '1,01701E+13', '1E+14', '3.51235e+14'])(
    'is refused when a spreadsheet wrote %s',
    (cell) => {
      expect(
        codeOf(() =>
          judge([
            [IMEI, '', ''],
            [cell, '', ''],
          ]),
        ),
      ).toBe('list-leading-zeros')
    },
  )

  test('is refused when more numbers begin with 1 than with 0', () => {
    expect(
      codeOf(() =>
        judge([
          ['101701000001', '', ''],
          ['101701000002', '', ''],
          [IMEI, '', ''],
        ]),
      ),
    ).toBe('list-leading-zeros')
  })

  test('is not refused for hexadecimal numbers that look like powers of ten', () => {
    expect(
      judge([
        ['12E34567890123', '', ''],
        [IMEI, '', ''],
      ]),
    ).toEqual([false, true])
  })
})
