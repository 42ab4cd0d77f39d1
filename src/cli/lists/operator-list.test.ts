import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { zip } from '../../../test/zip.ts'
import type { Imei14 } from '../../core/index.ts'
import { formatLocalList, readLocalList, type LocalRow } from '../../edge/index.ts'
import { mergeOwn } from './merge-own.ts'
import { readOperatorList } from './operator-list.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const imei = (n: number) => `00101701${String(n).padStart(6, '0')}` as Imei14
const black = (n: number): LocalRow => ({ kind: 'imei', imei: imei(n), word: 'black' })

let files = 0
const read = (content: string | Uint8Array, name = `list-${files++}.csv`) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return readOperatorList(path, 'black')
}
const lines = (...all: readonly string[]) => read(all.join('\n'))
/** The own list after this file, as it lies there. */
const merged = async (own: readonly LocalRow[], ...all: readonly string[]) => {
  const { rows, ...counts } = mergeOwn(own, await lines(...all), null)
  const text = new TextDecoder().decode(formatLocalList(rows))
  return { counts, lines: text.trim().split('\n').slice(1) }
}

describe('a list for an operator’s own register', () => {
  test.each([
    ['stolen list', 'imei,reporting_date,status', `${imei(1)},20260311,blacklist`],
    ['blacklist', 'imei,block_date,reasons', `${imei(1)},20260311,theft|lost`],
    ['barred list', 'IMEI', `${imei(1)}9`],
    ['barred list with BOM, quotes and CRLF', '\uFEFF"imei"', `"${imei(1)}"\r`],
  ])('%s', async (_, header, row) => {
    expect((await merged([], header, row)).lines).toEqual([`${imei(1)},black`])
  })

  test('barred TACs, zipped', async () => {
    const list = await read(zip([{ name: 'x.csv', text: 'tac\n00101701\n' }]))
    expect(mergeOwn([black(1)], list, null).rows).toEqual([
      black(1),
      { kind: 'tac', tac: '00101701', word: 'black' },
    ])
  })

  test('a full list takes the place of its kind and words; ranges, models, other words stay', async () => {
    const own: LocalRow[] = [
      ...[1, 2, 3, 4].map(black),
      { kind: 'imei', imei: imei(5), word: 'white' },
      { kind: 'range', from: imei(10), to: imei(19), word: 'black' },
      { kind: 'tac', tac: '00101702', word: 'grey' },
    ]
    const now = await merged(
      own,
      'imei,reporting_date,status',
      ...[1, 2, 3].map((n) => `${imei(n)},,`),
      `${imei(6)},,pending`,
      `${imei(7)},,recovered`,
    )
    expect(now.counts).toEqual({ came: 1, went: 1, changed: 0 })
    expect(now.lines).toEqual([
      ...[1, 2, 3].map((n) => `${imei(n)},black`),
      `${imei(5)},white`,
      `${imei(6)},grey`,
      `${imei(10)}-${imei(19)},black`,
      '00101702,grey',
    ])
    await expect(merged(own, 'imei', ...[1, 2, 3, 5].map(imei))).rejects.toMatchObject({
      code: 'list-conflict',
      message: expect.stringContaining('lines 5 ') as unknown,
    })
  })

  test('A78: a full list below three quarters of the last stops, an empty one always', async () => {
    const own = Array.from({ length: 8 }, (_, n) => black(n))
    const most = await lines('imei', ...[0, 1, 2, 3, 4].map(imei))
    expect(() => mergeOwn(own, most, null)).toThrow(
      expect.objectContaining({ code: 'import-shrinks' }),
    )
    expect(mergeOwn(own, most, 'a new contract').rows).toHaveLength(5)
    await expect(lines('imei')).rejects.toMatchObject({ code: 'import-shrinks' })
  })

  test('a delta changes it', async () => {
    const now = await merged(
      [black(1), black(2)],
      'imei,reporting_date,status,change_type',
      `${imei(1)},,,remove`,
      `${imei(2)},,pending,update`,
      `${imei(3)},20260311,blacklist,ADD`,
      `${imei(3)},20260311,,add`, // says the same in other words
    )
    expect(now.lines).toEqual([`${imei(2)},grey`, `${imei(3)},black`])
    expect(now.counts).toEqual({ came: 1, went: 1, changed: 1 })
  })

  test('the change files of a blacklist are deltas by their names', async () => {
    const named = (kind: string, n: number) =>
      read(
        `imei,block_date,reasons\n${imei(n)},20260311,theft\n`,
        `20260311_120000_blacklist_delta_12_17_${kind}.csv`,
      )
    const own = [black(1), black(2)]
    expect(mergeOwn(own, await named('blocked', 3), null)).toMatchObject({ came: 1, went: 0 })
    expect(mergeOwn(own, await named('unblocked', 2), null).rows).toEqual([black(1)])
    expect(mergeOwn(own, await named('changed', 2), null).rows).toEqual(own)
    const there = await named('blocked', 1)
    expect(() => mergeOwn(own, there, null)).toThrow(
      expect.objectContaining({ code: 'list-delta-conflict' }),
    )
    await expect(named('unknown', 1)).rejects.toMatchObject({ code: 'list-columns' })
  })

  test('what a change file is called stands in its archive, however that was renamed', async () => {
    const name = '20260311_120000_blacklist_delta_12_17_unblocked.csv'
    const text = `imei,block_date,reasons\n${imei(2)},20260311,theft\n`
    const list = await read(zip([{ name, text }]), 'of today.zip')
    expect(mergeOwn([black(1), black(2)], list, null).rows).toEqual([black(1)])
  })

  test.each([
    ['adds what is there', 'list-delta-conflict', `${imei(1)},add`],
    ['removes what is not', 'list-delta-conflict', `${imei(2)},remove`],
    ['updates what is not', 'list-delta-conflict', `${imei(2)},update`],
    ['says two things', 'list-delta-conflict', `${imei(1)},remove\n${imei(1)},update`],
    ['says nothing we know', 'list-rows', `${imei(1)},delete`],
  ])('a delta that %s is refused, by line', async (_, code, row) => {
    const refused = merged([black(1)], 'imei,change_type', ...row.split('\n'))
    await expect(refused).rejects.toMatchObject({ code })
    await expect(refused).rejects.toThrow(/lines? [23]/)
    await expect(refused).rejects.not.toThrow('00101701')
  })

  test('A77: one bad row refuses all of it, and each is named', async () => {
    const refused = lines(
      'imei,reporting_date,status',
      `${imei(1)},,`,
      'nonsense,,',
      `${imei(2)},20260231,`,
      `${imei(3)},,missing`,
      `${imei(4)}`,
      'x'.repeat(70_000),
    )
    await expect(refused).rejects.toMatchObject({
      code: 'list-rows',
      message:
        'line 3: imei-unusable; line 4: date-invalid; line 5: status-unknown; line 6: columns; line 7: too-long',
    })
    const twice = lines('imei,block_date,reasons', `${imei(1)},20260311,`, `${imei(1)},20260312,`)
    await expect(twice).rejects.toMatchObject({ code: 'list-conflict' })
  })

  test('that went through a spreadsheet, or has other columns, is refused', async () => {
    await expect(lines('imei', '101701000001')).rejects.toMatchObject({
      code: 'list-leading-zeros',
    })
    for (const header of ['imei,imei', 'imei,owner', 'tac,status', 'golden_imei', ''])
      await expect(lines(header)).rejects.toMatchObject({ code: 'list-columns' })
  })

  test('the way of deltas leads where the full list leads', async () => {
    const numbers = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { minLength: 2, maxLength: 4 }), async (states) => {
        let own: readonly LocalRow[] = states[0]!.map(black)
        for (const [i, next] of states.slice(1).entries()) {
          const before = states[i]!
          const rows = [
            ...before.filter((n) => !next.includes(n)).map((n) => `${imei(n)},remove`),
            ...next.filter((n) => !before.includes(n)).map((n) => `${imei(n)},add`),
          ]
          own = mergeOwn(own, await lines('imei,change_type', ...rows), null).rows
        }
        const full = await lines('imei', ...states.at(-1)!.map(imei))
        const direct = mergeOwn([], full, null).rows
        expect(formatLocalList(own)).toEqual(formatLocalList(direct))
        expect(readLocalList(formatLocalList(own))).toHaveLength(states.at(-1)!.length)
      }),
    )
  })
})
