import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refusalOf } from '../device/testing/stage.ts'
import { readWaits } from './waits-file.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'stolen-mode-waits-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

test('hours by model, from one to a day and nothing else', async () => {
  const path = join(folder, 'waits')
  await writeFile(path, '00101701 6\n00101702\t24\n\n')
  expect([...(await readWaits(path))]).toEqual([
    ['00101701', 6 * 3_600_000],
    ['00101702', 24 * 3_600_000],
  ])
  for (const wrong of [
    '00101701 0',
    '00101701 25',
    '00101701',
    '0010170 6',
    '00101701 6 x',
    '00101701 1.5',
  ]) {
    await writeFile(path, wrong)
    expect(await refusalOf(() => readWaits(path)), wrong).toBe('config')
  }
  expect(await refusalOf(() => readWaits(join(folder, 'nowhere')))).toBe('config')
})
