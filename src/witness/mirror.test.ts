import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../core/index.ts'
import { LogReader } from './log-reader.ts'
import { Mirror } from './mirror.ts'
import { Opened } from './testing/house.ts'
import { foundForce } from './testing/law.ts'
import { SmallLog, serveTiles, type TileServer } from './testing/small-log.ts'

const NOW = 1_800_000_000_000

let opened: Opened
let log: SmallLog
let tiles: TileServer
let force: ReturnType<typeof foundForce>
let closing: AbortController

const head = (size = log.size) => ({ origin: 'log.example/zz', size, root: log.root(size) })
const mirror = (maxHeldBytes?: number) =>
  new Mirror(force.trust, 'log.example/zz', new LogReader(tiles.url, closing.signal), maxHeldBytes)

beforeEach(async () => {
  opened = new Opened()
  closing = new AbortController()
  log = SmallLog.named('log.example/zz')
  force = foundForce(log.signer.key, NOW, 1000)
  log.entries.push(...force.certificates(NOW))
  while (log.size < 260) log.entries.push(log.entries[0]!)
  tiles = opened.keep(await serveTiles(log))
})
afterEach(() => opened.close())

test('what is too much to hold is read twice and taken once, across the edge of a bundle', async () => {
  const subject = mirror(0)
  for (const size of [100, 258, 260]) {
    await subject.apply(await subject.read(head(size)))
    expect(subject.size).toBe(size)
  }
  const bundles = ['000.p/100', '000', '001.p/2', '001.p/4'].map((path) => `tile/entries/${path}`)
  expect(tiles.asked.toSorted()).toEqual([...bundles, ...bundles].toSorted())
})

test('other entries at the second reading are not taken, and the right ones later are', async () => {
  const subject = mirror(0)
  const extension = await subject.read(head())
  tiles.log = log.fork(256, ...Array.from({ length: 4 }, () => force.lock(NOW)))
  await expect(subject.apply(extension)).rejects.toMatchObject({ code: 'not-consistent' })
  expect(subject.size).toBe(256)
  tiles.log = log
  await subject.apply(await subject.read(head()))
  expect(subject.size).toBe(260)
})

test('reading changes nothing; another root than the signed one is refused', async () => {
  const subject = mirror()
  const forged = { ...head(), root: log.root(259) }
  await expect(subject.read(forged)).rejects.toMatchObject({ code: 'not-consistent' })
  expect(subject.size).toBe(0)
  await subject.apply(await subject.read(head()))
  await subject.apply(await subject.read(head()))
  expect(subject.size).toBe(260)
})

test('passes over an entry that breaks the law, and remembers the first that nothing has voided', async () => {
  const subject = mirror()
  log.entries.push(force.lock(NOW), force.lockByOneOfficer(NOW), utf8('none'), force.lock(NOW))
  await subject.apply(await subject.read(head()))
  expect(subject.size).toBe(264)
  expect(subject.broken.map(({ index, refusal }) => [index, refusal.code])).toEqual([
    [261, 'signer-set'],
    [262, 'malformed'],
  ])
  expect(subject.open).toMatchObject({ index: 261 })
  log.entries.push(force.distrust(261, NOW))
  await subject.apply(await subject.read(head()))
  expect(subject.open).toMatchObject({ index: 262 }) // what is no entry has no key to distrust
})

test('a process that closes down stops between bundles', async () => {
  const subject = mirror()
  const extension = await subject.read(head())
  closing.abort()
  await expect(subject.apply(extension)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(subject.read(head())).rejects.toMatchObject({ code: 'unavailable' })
})
