import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SightingSpool } from './sighting-spool.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-spool-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i}`)

/** Everything, in batches, as a delivery would take it. */
async function drain(spool: SightingSpool): Promise<(readonly string[])[]> {
  const batches: (readonly string[])[] = []
  for (let batch = await spool.oldest(); batch; batch = await spool.oldest()) {
    batches.push(batch.lines)
    await spool.remove(batch)
  }
  return batches
}

test('no batch holds more than a request may carry, and none is lost', async () => {
  const spool = await SightingSpool.open(home)
  await spool.append(lines(0, 400))
  await spool.append(lines(400, 700))
  expect(spool.waiting).toBe(1_100)
  const batches = await drain(spool)
  expect(batches.map((batch) => batch.length)).toEqual([500, 500, 100])
  expect(batches.flat()).toEqual(lines(0, 1_100))
  expect(spool.waiting).toBe(0)
  expect(await readdir(join(home, 'sightings'))).toEqual([])
})

test('a batch under delivery grows no more, so that its retry is the same', async () => {
  const spool = await SightingSpool.open(home)
  await spool.append(['a'])
  const first = await spool.oldest()
  await spool.append(['b'])
  expect(await spool.oldest()).toEqual(first)
  expect(await drain(spool)).toEqual([['a'], ['b']])
})

test('what was written while a batch was being taken is not removed with it', async () => {
  const spool = await SightingSpool.open(home)
  await spool.append(['a'])
  const [, batch] = await Promise.all([spool.append(['b']), spool.oldest(), spool.append(['c'])])
  await spool.remove(batch!)
  expect([...batch!.lines, ...(await drain(spool)).flat()]).toEqual(['a', 'b', 'c'])
})

test('a torn last line is left out after a restart', async () => {
  await (await SightingSpool.open(home)).append(['a', 'b'])
  const [name] = await readdir(join(home, 'sightings'))
  await appendFile(join(home, 'sightings', name!), 'torn')
  const spool = await SightingSpool.open(home)
  expect(spool.waiting).toBe(2)
  await spool.append(['c'])
  expect(await drain(spool)).toEqual([['a', 'b'], ['c']])
})
