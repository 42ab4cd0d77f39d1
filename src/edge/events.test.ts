import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseTac } from '../core/index.ts'
import { makeLogger } from '../host/index.ts'
import { Events } from './events.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stolen-mode-events-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

test('who asks for what came after the last he saw gets it, over a restart too', async () => {
  let now = 1_790_000_000_000
  const start = () =>
    new Events({ dataDir, clock: () => now, logger: makeLogger('test', 'silent') })
  const tell = (events: Events, tac: string) =>
    events.add({ event: 'wrong-tac', tac: parseTac(tac), why: 'invalid', peer: 'mme-1' })
  const first = start()
  for (let n = 0; n < 5; n++) tell(first, '00000000')
  const seen = first.after(0).at(-1)!.number
  await first.close()
  now += 1_000
  const second = start()
  tell(second, '00000001')
  expect(second.after(seen)).toMatchObject([{ tac: '00000001' }])
  expect(second.count).toBe(1)
  await second.close()
  const written = (await readFile(join(dataDir, 'events.ndjson'), 'utf8')).trim().split('\n')
  const numbers = written.map((line) => (JSON.parse(line) as { number: number }).number)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
})
