import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { readLines } from '../../host/lines.ts'
import { readStolenList } from './read-list.ts'
import { zip } from '../../../test/zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-lists-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HEADER = 'imei,reporting_date,status'
const row = (n: number, rest = '20260311,blacklist') =>
  `0010170100${String(n).padStart(4, '0')},${rest}`

let files = 0
function file(content: string | Uint8Array, name = `list-${files++}.csv`): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const read = (...lines: string[]) => readStolenList(file(lines.join('\n')))
const refusal = (code: string) => ({ name: 'Refusal', code })

describe('a stolen list as a file', () => {
  test('plain: rows by line, bad ones aside, repeats and check digits counted', async () => {
    const path = file(
      [
        HEADER,
        row(1),
        'nonsense,,',
        `${row(2, ',').slice(0, 14)}3,,`,
        row(1),
        '',
        row(3, ',pending'),
      ].join('\n'),
    )
    const list = await readStolenList(path)
    expect(list.rows.map(({ line, claim }) => [line, claim])).toEqual([
      [2, 'locked'],
      [4, 'locked'],
      [7, 'held'],
    ])
    expect(list.refused).toEqual([{ line: 3, reason: 'imei-unusable' }])
    expect(list).toMatchObject({ kind: 'full', total: 5, repeated: 1, misfits: [4] })
    const hash = createHash('sha256').update(`${HEADER}\n`)
    expect(list.fileHash).toMatch(/^[0-9a-f]{64}$/)
    expect(list.fileHash).not.toBe(hash.digest('hex'))
  })

  test('with byte order mark, CRLF, quotes, another order of columns and no last line end', async () => {
    const text = `\uFEFF"STATUS","imei","Reporting_Date"\r\n"blacklist","00101701000001","20260311"\r\n,"00101701000002",`
    const { rows } = await readStolenList(file(text))
    expect(rows.map(({ line }) => line)).toEqual([2, 3])
  })

  test('A77: with damaged lines: each spoils itself alone', async () => {
    const lines = [
      HEADER,
      `"${row(1)}`, // a quote nobody closes
      row(2),
      'x'.repeat(70_000),
      row(3),
      `${row(4)},too,many`,
      row(5).replace('blacklist', 'black\0list'),
      row(6),
    ]
    const list = await read(...lines)
    expect(list.rows.map(({ line }) => line)).toEqual([3, 5, 8])
    expect(list.refused).toEqual([
      { line: 2, reason: 'columns' },
      { line: 4, reason: 'too-long' },
      { line: 6, reason: 'columns' },
      { line: 7, reason: 'status-unknown' },
    ])
  })

  test('A77: in another character set: what cannot be read is aside, the rest goes on', async () => {
    const latin1 = Buffer.from(`${HEADER}\n${row(1, ',gestohlen \xfc')}\n${row(2)}\n`, 'latin1')
    const list = await readStolenList(file(latin1))
    expect(list.rows).toHaveLength(1)
    expect(list.refused).toEqual([{ line: 2, reason: 'status-unknown' }])
    const utf16 = Buffer.from(`\uFEFF${HEADER}\n${row(1)}\n`, 'utf16le')
    await expect(readStolenList(file(utf16))).rejects.toMatchObject(refusal('list-columns'))
  })

  test.each([
    ['empty', ''],
    ['blank', '\n\n'],
    ['no list', 'hello world\n'],
    ['one endless line', 'x'.repeat(200_000)],
  ])('%s: refused for its columns', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject(refusal('list-columns'))
  })

  test('with a header and nothing else: a list without rows, for the registry to refuse', async () => {
    expect(await read(HEADER, '')).toMatchObject({ total: 0, rows: [], refused: [] })
  })

  test('that contradicts itself, or lost its leading zeros: refused whole', async () => {
    await expect(read(HEADER, row(1), row(1, ',pending'))).rejects.toMatchObject(
      refusal('list-conflict'),
    )
    await expect(read(HEADER, '101701000001,,', '1.01701E+11,,')).rejects.toMatchObject(
      refusal('list-leading-zeros'),
    )
  })

  test('that is none: missing, a folder, a device without end', async () => {
    for (const path of [join(folder, 'nowhere.csv'), folder, '/dev/zero'])
      await expect(readStolenList(path)).rejects.toMatchObject(refusal('not-found'))
  })

  test('A77: larger than 1 GiB: refused before it is read', async () => {
    const path = file('')
    truncateSync(path, 1_073_741_825)
    await expect(readStolenList(path)).rejects.toMatchObject(refusal('too-large'))
  })

  test('lines that end in CR alone are no rows: none of them is lost in another', async () => {
    const { rows, refused } = await read(HEADER, `${row(1, '"20260311",')}\r${row(2)}`, row(3))
    expect(rows.map(({ line }) => line)).toEqual([3])
    expect(refused).toEqual([{ line: 2, reason: 'columns' }])
  })
})

describe('a zipped stolen list', () => {
  const text = `${HEADER}\n${row(1)}\n${row(2)}\n`

  test('is read, whatever the archive was renamed to', async () => {
    for (const name of ['StolenFullList.zip', 'StolenFullList (1).zip', 'renamed']) {
      const list = await readStolenList(file(zip([{ name: 'StolenFullList.csv', text }]), name))
      expect(list.rows).toHaveLength(2)
      expect(list.source).toBe(name)
    }
  })

  test('among other files is the one with the name of the archive', async () => {
    const entries = [
      { name: 'notes/', text: '' },
      { name: 'other.csv', text: 'something else' },
      { name: 'both.csv', text },
    ]
    expect((await readStolenList(file(zip(entries), 'both.zip'))).rows).toHaveLength(2)
    await expect(readStolenList(file(zip(entries), 'neither.zip'))).rejects.toMatchObject(
      refusal('malformed'),
    )
    const twice = [
      { name: 'twice.csv', text },
      { name: 'twice.txt', text },
    ]
    await expect(readStolenList(file(zip(twice), 'twice.zip'))).rejects.toMatchObject(
      refusal('malformed'),
    )
  })

  test('cut short or altered is refused, never half read', async () => {
    const whole = zip([{ name: 'cut.csv', text: text.repeat(200) }])
    for (const length of [10, 60, whole.length - 30, whole.length - 1])
      await expect(readStolenList(file(whole.subarray(0, length)))).rejects.toMatchObject(
        refusal('malformed'),
      )
    const altered = Uint8Array.from(whole)
    altered[60] = altered[60]! ^ 1
    await expect(readStolenList(file(altered))).rejects.toMatchObject(refusal('malformed'))
  })

  test('A77: that says it is larger than 1 GiB, or is without saying so, is refused', async () => {
    const bomb = zip([{ name: 'bomb.csv', text, claimedSize: 2 ** 31 }])
    await expect(readStolenList(file(bomb))).rejects.toMatchObject(refusal('too-large'))
    const lie = zip([{ name: 'lie.csv', text: text.repeat(1_000), claimedSize: 100 }])
    await expect(readStolenList(file(lie))).rejects.toMatchObject(refusal('malformed'))
  })

  test('whose bytes are not those that were packed is refused: one bit makes another number', async () => {
    const damaged = Buffer.from(zip([{ name: 'bit.csv', text }]))
    const checksum = damaged.indexOf('PK\x01\x02') + 16
    damaged[checksum]! ^= 1
    await expect(readStolenList(file(damaged, 'bit.zip'))).rejects.toMatchObject(
      refusal('malformed'),
    )
  })
})

describe('lines', () => {
  const limits = { lineBytes: 8, totalBytes: 40 }
  const all = async (...parts: string[]) => {
    const lines: [number, string | null][] = []
    const source = Readable.from(parts.map((part) => Buffer.from(part)))
    for await (const { line, text } of readLines(source, limits)) lines.push([line, text])
    return lines
  }

  test('are the same however the bytes arrive', async () => {
    const text = 'äb\r\n\nlong line 1\nc\nd'
    const whole = await all(text)
    expect(whole).toEqual([
      [1, 'äb'],
      [2, ''],
      [3, null],
      [4, 'c'],
      [5, 'd'],
    ])
    const bytes = Buffer.from(text)
    const single: [number, string | null][] = []
    const source = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
    for await (const { line, text: found } of readLines(source, limits)) single.push([line, found])
    expect(single).toEqual(whole)
  })

  test('stop at the size of the whole', async () => {
    await expect(all('x\n'.repeat(10), 'x\n'.repeat(11))).rejects.toMatchObject(
      refusal('too-large'),
    )
  })
})
