import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockFolder } from './process-lock.ts'

const SELF = new URL('./process-lock.ts', import.meta.url).href
const CHILD = `import { lockFolder } from ${JSON.stringify(SELF)}; lockFolder(process.argv[1])`

let home: string
let folder: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stolen-mode-lock-'))
  folder = join(home, 'data')
  mkdirSync(folder)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Locks the folder in another process, which ends without releasing it, or fails to. */
function lockInChild(): { status: number | null; stderr: string } {
  const options = ['--import', 'tsx', '--input-type=module', '-e', CHILD, folder]
  return spawnSync(process.execPath, options, { encoding: 'utf8' })
}

/** The lock a child left behind, with some of its facts changed. */
function leaveLock(changes: object): void {
  const lock = lockFolder(folder)
  const holder = JSON.parse(readFileSync(lock.path, 'utf8')) as object
  lock.release()
  writeFileSync(lock.path, JSON.stringify({ ...holder, ...changes }))
}

describe('a folder lock', () => {
  test('is exclusive, also within one process and under another name of the folder', () => {
    const lock = lockFolder(folder)
    symlinkSync(folder, join(home, 'alias'))
    for (const name of [folder, join(home, 'alias')])
      expect(() => lockFolder(name)).toThrow(
        expect.objectContaining({
          code: 'data-folder-busy',
          message: expect.stringContaining(`process ${process.pid} `),
        }),
      )
    lock.release()
    lockFolder(folder).release()
    expect(readdirSync(home).toSorted()).toEqual(['alias', 'data'])
  })

  test('is refused to another process while held', () => {
    const lock = lockFolder(folder)
    const child = lockInChild()
    expect(child.status).not.toBe(0)
    expect(child.stderr).toContain('data-folder-busy')
    lock.release()
  })

  test('of a process that has ended is taken over', () => {
    expect(lockInChild()).toMatchObject({ status: 0 })
    expect(existsSync(`${folder}.lock`)).toBe(true)
    const lock = lockFolder(folder)
    expect(JSON.parse(readFileSync(lock.path, 'utf8'))).toMatchObject({ pid: process.pid })
    lock.release()
  })

  test('is taken over also where the dead process died while taking over', () => {
    expect(lockInChild()).toMatchObject({ status: 0 })
    writeFileSync(`${folder}.lock.takeover`, readFileSync(`${folder}.lock`))
    lockFolder(folder).release()
    expect(readdirSync(home)).toEqual(['data'])
  })

  // pid 1 always lives: only the other facts can show that it is another process by now
  test.each([
    ['of a pid that was given to a later process', { pid: 1, startTime: '1' }],
    ['from before the machine started', { pid: 1, bootId: 'another' }],
  ])('%s is taken over', (_, changes) => {
    leaveLock(changes)
    lockFolder(folder).release()
  })

  test.each([
    ['of another host', { pid: 0x7fff_fff0, host: 'elsewhere', bootId: 'another' }],
    ['without a start time, of a living pid', { startTime: null }],
    ['without a pid', { pid: null }],
  ])('%s stays', (_, changes) => {
    leaveLock(changes)
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'data-folder-busy' }))
  })

  test('that is damaged stays', () => {
    writeFileSync(`${folder}.lock`, '')
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'data-folder-busy' }))
  })

  test('removes only itself', () => {
    const lock = lockFolder(folder)
    writeFileSync(lock.path, 'of somebody else')
    lock.release()
    expect(readFileSync(lock.path, 'utf8')).toBe('of somebody else')
  })
})
