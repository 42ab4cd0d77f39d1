import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseImei14, toHex, utf8, type Imei14, type Refusal } from '../../core/index.ts'
import { makeLogger, sha256Fast } from '../../host/index.ts'
import { Alarms } from '../alarms.ts'
import { verdictOf } from '../verdict.ts'
import { LocalList, type LocalWord } from './local-list.ts'
import { LocalLists } from './local-lists.ts'
import { formatLocalList, readLocalList } from './read-local-list.ts'

const imei = (snr: number) => parseImei14(`00101701${String(snr).padStart(6, '0')}`)
const file = (...rows: string[]) => utf8(['match,list', ...rows, ''].join('\n'))

describe('the operator’s own list', () => {
  test('the narrowest row decides: number, then range, then model', () => {
    const list = new LocalList(
      readLocalList(
        file(
          '00101701,grey',
          '00101701000010-00101701000020,black',
          '001017010000159,white', // a 15th digit says nothing
          '0010170100003099,black', // nor do two
        ),
      ),
    )
    const words = [9, 10, 15, 20, 21, 30].map((snr) => list.wordOf(imei(snr)))
    expect(words).toEqual(['grey', 'black', 'white', 'black', 'grey', 'black'])
    expect(list.wordOf('00999999000001' as Imei14)).toBeUndefined()
  })

  test.each([
    ['no header', utf8('00101701,black\n'), 'line 1'],
    ['another word', file('00101701,red'), 'line 2'],
    ['13 digits', file('00101701,black', '0010170100000,black'), 'line 3'],
    ['a range that goes back', file('00101701000020-00101701000010,black'), 'line 2'],
    ['a row twice', file('00101701,black', '00101701,white'), 'line 3'],
    [
      'an IMEI twice in two spellings',
      file('00101701000001,black', '001017010000019,white'),
      'line 3',
    ],
    [
      'ranges that overlap',
      file('00101701000001-00101701000009,black', '00101701000009-00101701000010,white'),
      'overlap',
    ],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe), 'UTF-8'],
    ['a spreadsheet’s number', file('1.01701E+13,black'), 'scientific'],
    ['its leading zeros lost', file('101701000001,black', '00101701,grey', '101701,grey'), 'zeros'],
    ['no row', file(), 'no row'],
  ])('refuses all of a file with %s, and says where', (_, bytes, where) => {
    expect(() => readLocalList(bytes)).toThrow(where)
  })

  test('refuses however many ranges that overlap, and names none of their numbers', () => {
    const ranges = Array.from({ length: 150_000 }, (_, i) => {
      const from = 35_000_000_000_000 + i
      return `${from}-${from + 1},black`
    })
    const read = () => readLocalList(utf8(['match,list', ...ranges].join('\n')))
    expect(read).toThrow(/^line 3: /)
    expect(read).not.toThrow(/[0-9]{14}/)
  })

  test('written and read again says the same', () => {
    const rows = readLocalList(
      file('00101701,grey', '00101701000010-00101701000020,black', '00101701000001,white'),
    )
    const again = readLocalList(formatLocalList(rows))
    expect(again).toHaveLength(3)
    expect(again).toEqual(expect.arrayContaining([...rows]))
  })

  test('any bytes end in rows or in a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          readLocalList(utf8(text))
        } catch (error) {
          expect(['malformed', 'list-leading-zeros']).toContain((error as Refusal).code)
        }
      }),
    )
  })
})

describe('precedence (A67, A89)', () => {
  const states = ['stolen', 'recovered', 'retired', 'held', 'released', undefined] as const
  const answers = (local: LocalWord | undefined, isHonestPair = false, isInConflict = false) =>
    states.map((state) => {
      const { status, outcome } = verdictOf(
        { state, isHonestPair, isInConflict, local },
        'not-found',
      )
      return outcome === 'local' ? `local ${status}` : outcome
    })

  test.each([
    ['white', ['stolen', 'recovered', 'retired', 'held', 'local WHITELISTED', 'local WHITELISTED']],
    ['grey', ['stolen', 'recovered', 'retired', 'held', 'local GREYLISTED', 'local GREYLISTED']],
    [
      'black',
      [
        'stolen',
        'recovered',
        'retired',
        'local BLACKLISTED',
        'local BLACKLISTED',
        'local BLACKLISTED',
      ],
    ],
  ] as const)('%s never lightens what the log says', (word, expected) => {
    expect(answers(word)).toEqual(expected)
  })

  test('an honest pair passes beside it; a conflict is heavier than the operator’s white', () => {
    expect(new Set(answers('black', true))).toEqual(new Set(['override']))
    expect(answers('white', false, true).slice(4)).toEqual(['conflict', 'conflict'])
  })

  test('a held phone that the operator blocks is sighted as held, another one not at all', () => {
    const seen = (state: 'held' | undefined) =>
      verdictOf({ state, isHonestPair: false, isInConflict: false, local: 'black' }, 'whitelist')
        .seen
    expect([seen('held'), seen(undefined)]).toEqual(['held', null])
  })
})

describe('another list in its place', () => {
  let dataDir: string
  let alarms: Alarms
  let lists: LocalLists
  const path = () => join(dataDir, 'given.csv')
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `${imei(i)},black`)
  const restart = () => {
    const logger = makeLogger('test', 'silent')
    alarms = new Alarms(logger)
    lists = new LocalLists({ dataDir, alarms, logger })
  }
  const use = async (given: readonly string[], accept?: string) => {
    await writeFile(path(), file(...given))
    await lists.use({ path: path(), ...(accept !== undefined && { accept }) })
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stolen-mode-local-'))
    restart()
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  test('changes by one in a hundred without asking, also over a restart', async () => {
    await use(rows(200))
    restart()
    await use([...rows(200), `${imei(900)},black`])
    expect(lists.list.wordOf(imei(900))).toBe('black')
    expect(alarms.raised).toEqual([])
  })

  test('A78: a gutted list does not pass until a person accepts that very file', async () => {
    await use(rows(200))
    restart()
    await use(rows(100))
    expect(lists.list.size).toBe(200)
    expect(alarms.raised).toEqual(['local-list-refused'])
    await use(rows(100), '0'.repeat(64))
    expect(lists.list.size).toBe(200)
    await use(rows(100), toHex(sha256Fast(file(...rows(100)))))
    expect(lists.list.size).toBe(100)
    expect(alarms.raised).toEqual([])
  })

  test('with a bad row, or not there at all, leaves the one in force', async () => {
    await use(rows(10))
    await use([...rows(10), 'nonsense'])
    await lists.use({ path: join(dataDir, 'none') })
    expect(lists.list.size).toBe(10)
    expect(alarms.raised).toEqual(['local-list-refused'])
  })

  test('none: what was in force before counts no longer, and not after a restart either', async () => {
    await use(rows(10))
    await lists.use(null)
    expect(lists.list.size).toBe(0)
    restart()
    await lists.use(null)
    expect(lists.list.size).toBe(0)
  })

  test('after none the next list is the first, not a change of one that counts no longer', async () => {
    await use(rows(200))
    await lists.use(null)
    await use(rows(10))
    expect(lists.list.size).toBe(10)
    await lists.use(null)
    restart()
    await use([...rows(10), 'nonsense'])
    expect(lists.list.size).toBe(0)
  })

  test('what was said last counts, however long what was said before takes', async () => {
    await writeFile(path(), file(...rows(200)))
    await Promise.all([lists.use({ path: path() }), lists.use(null)])
    expect(lists.list.size).toBe(0)
  })

  test('a disk that keeps nothing is an alarm, and the list in force stays', async () => {
    await use(rows(200))
    await rm(join(dataDir, 'local-list.csv'))
    await mkdir(join(dataDir, 'local-list.csv'))
    await use(rows(201))
    expect(lists.list.size).toBe(200)
    expect(alarms.raised).toEqual(['local-list-refused'])
  })

  test('whoever asks meanwhile is answered: a list is not read in one go', async () => {
    await writeFile(path(), ['match,list', ...rows(200_000), ''].join('\n'))
    const begun = performance.now()
    let [last, longest, isReading] = [begun, 0, true]
    const look = () => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      if (isReading) setImmediate(look)
    }
    look()
    await lists.use({ path: path() })
    isReading = false
    look()
    expect(lists.list.size).toBe(200_000)
    expect(longest).toBeLessThan((performance.now() - begun) / 4)
  })

  test('a damaged copy keeps nobody from starting: the operator’s file takes its place', async () => {
    await use(rows(10))
    await writeFile(join(dataDir, 'local-list.csv'), 'match,list\n0010')
    restart()
    await use(rows(3))
    expect(lists.list.size).toBe(3)
    expect(alarms.raised).toEqual([])
  })
})
