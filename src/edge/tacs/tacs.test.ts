import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseImei14, parseTac, toHex, utf8, type Imei14 } from '../../core/index.ts'
import { makeLogger, sha256Fast } from '../../host/index.ts'
import { Alarms } from '../alarms.ts'
import { TacLists } from './tac-lists.ts'
import { TacSet } from './tac-set.ts'
import { TacWatch, type WrongTac } from './tac-watch.ts'

const DAY = 86_400_000
const HEADER = 'TAC|Manufacturer|Model Name|Bands|Allocation Date|Device Type'
const tacNumber = (n: number) => String(101_000 + n).padStart(8, '0')
const list = (count: number) =>
  [HEADER, ...Array.from({ length: count }, (_, n) => `${tacNumber(n)}|Works|M${n}|||`), ''].join(
    '\r\n',
  )
const phone = (tac: string, snr = 1) => parseImei14(`${tac}${String(snr).padStart(6, '0')}`)

describe('the set of allocated TACs', () => {
  test('is exact: neither a neighbour nor the same model of another body', () => {
    const set = new TacSet()
    const given = ['00101701', '00101709', '00999999', '99000000', '01000007'].map(parseTac)
    for (const tac of [...given, ...given]) set.add(tac)
    expect(set.size).toBe(given.length)
    for (const tac of given) expect(set.doubt(phone(tac))).toBeNull()
    for (const tac of ['00101700', '00101702', '00101708', '99000001', '01101701', '99101701'])
      expect(set.doubt(phone(tac)), tac).toBe('unallocated')
  })

  test('knows a body by what it has allocated; all zeros is nobody’s, even where a list has it', () => {
    const set = new TacSet()
    set.add(parseTac('00000000'))
    set.add(parseTac('00101701'))
    expect(['00000000', '77101701', '98765432'].map((tac) => set.doubt(phone(tac)))).toEqual([
      'invalid',
      'invalid',
      'invalid',
    ])
  })
})

describe('A13 a phone of a model that nobody makes', () => {
  let now: number
  let told: WrongTac[]
  let watch: TacWatch
  const ask = (imei14: Imei14, peer = 'mme-1') =>
    watch.note({ imei14, svn: null, imsi: null, asker: { peer, country: 'ZZ', network: '00101' } })

  beforeEach(() => {
    now = 1_790_000_000_000
    told = []
    const allocated = new TacSet()
    allocated.add(parseTac('00101701'))
    watch = new TacWatch({
      allocated: () => allocated,
      clock: () => now,
      onWrongTac: (one) => void told.push(one),
    })
  })

  test('is told once a day for each TAC, and counted each time', () => {
    for (let snr = 0; snr < 500; snr++) ask(phone('00101702', snr), `mme-${snr % 3}`)
    ask(phone('00000000'))
    ask(phone('00101701'))
    const first = { tac: '00101702', why: 'unallocated', peer: 'mme-0' }
    expect(told).toEqual([first, { tac: '00000000', why: 'invalid', peer: 'mme-1' }])
    expect(watch.counts).toEqual({ invalid: 1, unallocated: 500 })
    now += DAY
    ask(phone('00101702'))
    expect(told).toHaveLength(3)
  })

  test('in a thousand made-up models a day: the rest is counted alone', () => {
    for (let n = 0; n < 3_000; n++) ask(phone(`00${String(200_000 + n)}`))
    expect(told).toHaveLength(1_000)
    expect(watch.counts.unallocated).toBe(3_000)
  })
})

describe('another list in its place', () => {
  let dataDir: string
  let alarms: Alarms
  let lists: TacLists
  const path = () => join(dataDir, 'given.txt')
  const restart = () => {
    const logger = makeLogger('test', 'silent')
    alarms = new Alarms(logger)
    lists = new TacLists({ dataDir, alarms, logger })
  }
  const use = async (text: string, accept?: string) => {
    await writeFile(path(), text)
    await lists.use({ path: path(), ...(accept !== undefined && { accept }) })
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stolen-mode-tacs-'))
    restart()
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  test('takes the place of the one before, and none leaves none', async () => {
    await use(list(300))
    await use(list(310))
    expect(lists.allocated!.size).toBe(310)
    expect(alarms.raised).toEqual([])
    await lists.use(null)
    expect(lists.allocated).toBeNull()
  })

  test('A78: cut by more than 100 it does not pass until a person accepts it, over a restart too', async () => {
    await use(list(300))
    await use(list(200))
    expect(lists.allocated!.size).toBe(200)
    await use(list(99))
    expect(lists.allocated!.size).toBe(200)
    expect(alarms.raised).toEqual(['tac-list-refused'])
    restart()
    await use(list(99))
    expect(lists.allocated).toBeNull()
    await use(list(99), toHex(sha256Fast(utf8(list(99)))))
    expect(lists.allocated!.size).toBe(99)
    expect(alarms.raised).toEqual([])
  })

  test('what was said last counts, however long what was said before takes', async () => {
    await writeFile(path(), list(300))
    await Promise.all([lists.use({ path: path() }), lists.use(null)])
    expect(lists.allocated).toBeNull()
  })

  test('a disk that keeps nothing is an alarm: a register answers without this list', async () => {
    await mkdir(join(dataDir, 'tac-list.rows'))
    await use(list(300))
    expect(lists.allocated).toBeNull()
    expect(alarms.raised).toEqual(['tac-list-refused'])
  })

  test('A77: with one bad line, or not there, it leaves the one in force', async () => {
    await use(list(10))
    await use(`${list(10)}101702|Works|Bad|||\n`)
    await lists.use({ path: join(dataDir, 'nowhere.txt') })
    await lists.use({ path: '/dev/zero' })
    expect(lists.allocated!.size).toBe(10)
    expect(alarms.raised).toEqual(['tac-list-refused'])
    expect((await readdir(dataDir)).toSorted()).toEqual(['given.txt', 'tac-list.rows'])
  })
})
