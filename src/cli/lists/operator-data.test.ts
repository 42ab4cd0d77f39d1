import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { zip } from '../../../test/zip.ts'
import { readOperatorData } from './operator-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-operator-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = Date.UTC(2026, 2, 20) / 1000
const HEADER = 'date,imei,imsi,msisdn,rat'
const imei = (n: number) => `00101701${String(n).padStart(6, '0')}`
const row = (n: number, date = '20260311') =>
  `${date},${imei(n)},0010100000000${10 + (n % 90)},1,001`
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n))

let files = 0
const file = (content: string | Uint8Array, name = `data-${files++}.csv`) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const read = (path: string, isAsked: (imei14: string) => boolean = () => true) =>
  readOperatorData(path, { now: NOW, isAsked })
const readLines = (lines: readonly string[], name?: string) => read(file(lines.join('\n'), name))

describe('an operator’s own data', () => {
  test('is read as operator data or pairing list, in any order of columns, zipped or plain', async () => {
    const expected = { imei14: imei(1), imsi: '001010000000011', msisdn: '447700900001' }
    const texts = [
      `${HEADER}\n20260311,${imei(1)}9,001010000000011,447700900001,001|005\n`,
      `\uFEFF"MSISDN","imsi","IMEI"\r\n"+447700900001","001010000000011","${imei(1)}"\r\n`,
    ]
    for (const text of texts) expect((await read(file(text))).subscribers).toEqual([expected])
    const packed = zip([{ name: 'op.csv', text: texts[0]! }])
    expect((await read(file(packed, 'op.zip'))).subscribers).toEqual([expected])
  })

  test('is not kept beyond the numbers asked for; what is said twice counts once', async () => {
    const lines = [HEADER, ...rows(50), row(7), row(7, '20260312')]
    const data = await read(file(lines.join('\n')), (one) => one === imei(7))
    expect(data.subscribers).toHaveLength(1)
    expect(data).toMatchObject({ total: 52, usable: 52 })
  })

  test('may have a few bad rows: each kind is counted', async () => {
    const bad = [
      '20260311,,001010000000011,1,001',
      '20260311,0010170100,001010000000011,1,001',
      `20260311,${imei(1)},,1,001`,
      `20260311,${imei(1)},0010100,1,001`,
      `20260311,${imei(1)},001010000000011,,001`,
      `20260311,${imei(1)}`,
      'x'.repeat(70_000),
    ]
    const { faults, usable } = await readLines([HEADER, ...rows(93), ...bad])
    expect(faults).toEqual({
      'no-imei': 1,
      'bad-imei': 1,
      'no-imsi': 1,
      'bad-imsi': 1,
      'no-msisdn': 1,
      columns: 2,
    })
    expect(usable).toBe(94)
  })

  test.each([
    [
      'more than one row in twenty without IMSI',
      [...rows(18), `20260311,${imei(1)},,1,001`],
      'line',
    ],
    ['no row', [], 'no row'],
    ['a date that is none', [...rows(30), row(1, '20260231')], 'lines 32'],
    ['a date to come', [...rows(30), row(1, '20260401')], 'lines 32'],
  ])('with %s is refused', async (_, lines, said) => {
    const refused = readLines([HEADER, ...lines])
    await expect(refused).rejects.toMatchObject({ code: 'list-rows' })
    await expect(refused).rejects.toThrow(said)
    await expect(refused).rejects.not.toThrow('00101701')
  })

  test.each([
    ['another column', 'date,imei,imsi,msisdn,owner'],
    ['a column twice', 'imei,imei,imsi,msisdn'],
    ['no IMSI', 'date,imei,msisdn'],
    ['no header', row(1)],
    ['nothing', ''],
  ])('with %s is refused for its columns', async (_, header) => {
    await expect(readLines([header])).rejects.toMatchObject({ code: 'list-columns' })
  })

  test('that went through a spreadsheet is refused', async () => {
    const lost = rows(30).map((line) => line.replace(',00', ','))
    for (const lines of [lost, [...rows(30), '20260311,1.01701E+13,001010000000011,1,001']])
      await expect(readLines([HEADER, ...lines])).rejects.toMatchObject({
        code: 'list-leading-zeros',
      })
  })

  test('keeps to the days in its name', async () => {
    const inside = await readLines([HEADER, ...rows(3)], 'op_20260301_20260311.csv')
    expect(inside.total).toBe(3)
    for (const days of [
      '20260301_20260310',
      '20260311_20260301',
      '20260231_20260311',
      '20260301_20270101',
    ])
      await expect(readLines([HEADER, ...rows(3)], `op_${days}.csv`)).rejects.toMatchObject({
        code: 'list-rows',
      })
  })
})
