import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mkdirDurably, writeFileDurably } from './durable-file.ts'

let home: string
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'stolen-mode-file-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('a file is replaced whole, for its owner alone, and leaves nothing beside it', async () => {
  const path = join(home, 'file')
  await writeFileDurably(path, new Uint8Array([1, 2, 3]))
  await writeFileDurably(path, new Uint8Array([4]))
  expect([...readFileSync(path)]).toEqual([4])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(home)).toEqual(['file'])
})

test('a write that fails leaves the old bytes and no temporary file', async () => {
  const path = join(home, 'taken')
  mkdirSync(join(path, 'full'), { recursive: true })
  await expect(writeFileDurably(path, new Uint8Array([1]))).rejects.toThrow()
  expect(readdirSync(home)).toEqual(['taken'])
})

test('directories are made with all that is missing above them, twice without harm', async () => {
  const path = join(home, 'a', 'b', 'c')
  await mkdirDurably(path)
  await mkdirDurably(path)
  expect(existsSync(path)).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o700)
})
