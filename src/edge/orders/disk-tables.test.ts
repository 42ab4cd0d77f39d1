import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseImei14, type Imei14 } from '../../core/index.ts'
import { openTables, type OpenTables } from './disk-tables.ts'
import type { Worn } from './follower-tables.ts'

let folder: string
let opened: OpenTables | null
let faults: unknown[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-tables-'))
  opened = null
  faults = []
})

afterEach(async () => {
  await opened?.close()
  await rm(folder, { recursive: true })
})

function open(path = join(folder, 'orders')) {
  opened = openTables(path, {
    onFault: (error) => void faults.push(error),
    onMended: () => undefined,
  })
  return opened.tables
}

const imei = (i: number): Imei14 => parseImei14(`00101701${String(i).padStart(6, '0')}`)

describe('tables on disk', () => {
  test('give back what was set last, as maps do, written already or not', () => {
    const tables = open()
    const model = new Map<Imei14, readonly Worn[]>()
    const worn = fc.array(
      fc.record({
        subject: fc.string(),
        state: fc.constantFrom('stolen' as const, 'held' as const, 'released' as const),
        exp: fc.option(fc.nat()),
      }),
      { maxLength: 2 },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 2_000 }), worn)), (changes) => {
        for (const [number, value] of changes) {
          tables.worn.set(imei(number), value)
          model.set(imei(number), value)
        }
        for (const [number] of changes)
          expect(tables.worn.get(imei(number))).toEqual(model.get(imei(number)))
      }),
      { numRuns: 400 },
    )
    expect([...tables.worn.keys()].toSorted()).toEqual([...model.keys()].toSorted())
    for (const [key, value] of model) expect(tables.worn.get(key)).toEqual(value)
    expect(faults).toEqual([])
  })

  test('keep every field of an order, its bytes apart from one another', () => {
    const { orders } = open()
    const keptOf = (i: number) => ({
      t: 1_790_000_000_000 + i,
      order: {
        act: 'release' as const,
        auth: 'zz.force',
        ctr: i,
        exp: 1_790_003_600,
        of: i - 1,
        to: 1,
        okey: {
          salt: new Uint8Array(32).fill(i),
          key: { x: new Uint8Array(32).fill(i + 1), y: new Uint8Array(32).fill(i + 2) },
        },
      },
      signers: 3,
      previous: i === 0 ? null : i - 1,
      before: null,
    })
    for (let i = 0; i < 2_000; i++) orders.set(i, keptOf(i))
    const first = orders.get(7)!
    for (let i = 0; i < 1_000; i++) {
      const { order, ...rest } = orders.get(i)!
      expect({ ...rest, ctr: order.ctr, of: order.of }).toEqual({
        t: 1_790_000_000_000 + i,
        signers: 3,
        previous: i === 0 ? null : i - 1,
        before: null,
        ctr: i,
        of: i - 1,
      })
    }
    expect([...first.order.okey!.salt]).toEqual(Array<number>(32).fill(7))
    expect([...first.order.okey!.key.y]).toEqual(Array<number>(32).fill(9))
  })

  test('begin empty, whatever the process before them left', async () => {
    open().newest.set('someone', 1)
    await opened!.close()
    expect(open().newest.get('someone')).toBeUndefined()
  })

  test('are kept in memory where there is no folder to be had', async () => {
    await writeFile(join(folder, 'file'), '')
    const { newest } = open(join(folder, 'file', 'orders'))
    newest.set('someone', 1)
    expect([newest.get('someone'), faults.length]).toEqual([1, 1])
  })

  test('lose nothing on a disk that is full: what cannot be written stays in memory', async () => {
    // A process that may write no file of more than 400 KiB, as a full disk would have it.
    await mkdir(join(folder, 'full'))
    const child = fileURLToPath(new URL('../../../test/full-disk-child.ts', import.meta.url))
    const command = `ulimit -f 400; exec ${process.execPath} --import tsx ${child} ${folder}/full`
    const { stdout } = await promisify(execFile)('bash', ['-c', command])
    const { wrong, faults } = JSON.parse(stdout) as { wrong: number; faults: number }
    expect(wrong).toBe(0)
    expect(faults).toBeGreaterThan(0)
  })
})
