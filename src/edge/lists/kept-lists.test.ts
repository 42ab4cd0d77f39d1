import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EdgeLog } from '../../../test/edge-log.ts'
import { imeiOfNumbers, type Imei14 } from '../../core/index.ts'
import { makeLogger } from '../../host/index.ts'
import { Register } from '../register.ts'
import { KeptLists } from './kept-lists.ts'

let folder: string
let log: EdgeLog
let register: Register

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-kept-'))
  log = new EdgeLog()
  register = new Register()
})
afterEach(() => rm(folder, { recursive: true }))

const number = (i: number): Imei14 => imeiOfNumbers(101_701, i)
const path = () => join(folder, 'lists.kept')

const kept = () => {
  const logger = makeLogger('test', 'silent')
  return new KeptLists({ folder, origin: log.origin, trust: log.trust, logger })
}

function lock(...numbers: readonly number[]): void {
  for (const i of numbers)
    register.set(`subject ${i}`, new Map([[number(i), { state: 'stolen', exp: null }]]))
}

/** Keeps what the register has now, of a tree of this size. */
function save(lists: KeptLists, size = log.size, guardians = 2): void {
  const note = log.checkpoint({ size, guardians })
  lists.save(register.lists({ size, t: 0 }, []), { note, size })
}

/** Which of the first ten numbers are refused by what is on disk; null: nothing that can be used. */
async function refused(): Promise<number[] | null> {
  const numbers = await kept().read()
  if (numbers === null) return null
  return Array.from({ length: 10 }, (_, i) => i).filter((i) => numbers.black.has(number(i)))
}

it('nothing is there at first, then what was kept, with its tree and time', async () => {
  expect(await refused()).toBeNull()
  lock(1, 2)
  const lists = kept()
  save(lists)
  await lists.close()
  expect(await refused()).toEqual([1, 2])
  expect(await kept().read()).toMatchObject({ size: log.size, time: Math.floor(log.now / 1000) })
})

it('what is said while lists are being written is not lost, nor what is said after', async () => {
  lock(1)
  const lists = kept()
  save(lists, 3)
  lists.changed(number(2), true)
  save(lists, 5) // the register does not know of 2: only the first tail does
  lists.changed(number(3), true)
  lists.changed(number(1), false)
  await lists.close()
  expect(await refused()).toEqual([3])
})

it('a power cut before new lists are whole leaves the old ones with both tails', async () => {
  lock(1)
  const lists = kept()
  save(lists, 3)
  lists.changed(number(2), true)
  await lists.close()
  await writeFile(join(folder, 'lists.tail-5'), '')
  expect(await refused()).toEqual([1, 2])
})

it('cut anywhere or with any bit changed, they are not used', async () => {
  lock(1, 2, 3)
  const lists = kept()
  save(lists)
  await lists.close()
  const whole = await readFile(path())
  for (const length of [0, 1, 31, 32, 33, 300, whole.length - 32, whole.length - 1]) {
    await writeFile(path(), whole)
    await truncate(path(), length)
    expect(await refused()).toBeNull()
  }
  for (const at of [0, 5, 100, whole.length - 60, whole.length - 33, whole.length - 1]) {
    await writeFile(
      path(),
      whole.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    )
    expect(await refused()).toBeNull()
  }
})

it('lists of a tree that no guardian has seen, or of another log, are not used', async () => {
  lock(1)
  const lists = kept()
  save(lists, log.size, 0)
  await lists.close()
  expect(await refused()).toBeNull()
  const other = kept()
  save(other)
  await other.close()
  expect(await refused()).toEqual([1])
  log = new EdgeLog()
  expect(await refused()).toBeNull()
})

it('lists that would lack a lock are thrown away', async () => {
  lock(1)
  const first = kept()
  save(first)
  await first.close()
  const next = kept()
  next.changed(number(2), true) // before this run has kept any
  await next.close()
  expect(await refused()).toBeNull()
})

it('their size is that of the tree all they say is known of, or one more', async () => {
  const size = async () => (await kept().read())!.size
  const lists = kept()
  save(lists, 3)
  lists.changed(number(2), true)
  lists.reached(7)
  lists.reached(8) // nothing was said since
  await lists.close()
  expect(await size()).toBe(7)
  const again = kept()
  save(again, 3) // begins the tail of that size anew
  again.changed(number(2), true)
  await again.close()
  expect(await size()).toBe(4)
})

it('a change is on disk while the lists before it are still being made', async () => {
  lock(1)
  const first = kept()
  save(first, 3)
  await first.close()
  const lists = kept()
  const never = new Promise<never>(() => undefined)
  lists.save(never, { note: log.checkpoint(), size: 5 })
  lists.changed(number(2), true)
  await vi.waitFor(async () => expect(await refused()).toEqual([1, 2]))
})

it('what fails while they are made costs the lists and nothing else', async () => {
  lock(1)
  const first = kept()
  save(first, 3)
  await first.close()
  const lists = kept()
  lists.save(Promise.reject(new Error('the thread ended')), { note: '', size: 5 })
  await lists.close()
  expect(lists.isBroken).toBe(true)
  expect(await refused()).toBeNull()
})

it('what cannot be read at all is not used', async () => {
  await mkdir(path())
  expect(await refused()).toBeNull()
})
