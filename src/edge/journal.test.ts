import { appendFile, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, phone, type EdgeLog } from '../../test/edge-log.ts'
import type { EdgeRegistry } from '../../test/edge-registry.ts'
import { OneEdge, eventually } from '../../test/one-edge.ts'

let world: OneEdge
let log: EdgeLog
let registry: EdgeRegistry

beforeEach(async () => {
  world = await OneEdge.open()
  ;({ log, registry } = world)
})

afterEach(() => world.close())

describe('the journal', () => {
  async function loaded(): Promise<void> {
    log.hold(phone(1), { exp: START / 1000 + 600 })
    log.lock(phone(2))
    registry.publish()
    log.lock(phone(3)) // its guardians never come
    registry.publish({ guardians: 0 })
    await world.start()
    await world.caughtUp()
  }
  const entries = () => join(world.logDir, 'entries.journal')
  const expected = ['GREYLISTED', 'BLACKLISTED', 404, 404]

  test('answers after a restart with the registry gone', async () => {
    log.hold(phone(1), { exp: START / 1000 + 600 })
    log.lock(phone(2))
    registry.publish()
    await world.start()
    await world.caughtUp()
    log.lock(phone(3))
    registry.publish({ guardians: 0 })
    await world.caughtUp()
    await registry.stop()
    await world.restart()
    expect(await world.check(1, 2, 3, 4)).toEqual(expected)
    expect(await world.health()).toMatchObject({ plainSize: log.size, guardedSize: log.size - 1 })
    await registry.start()
    registry.publish()
    await eventually(async () => expect(await world.check(3)).toEqual(['BLACKLISTED']))
  })

  test('keeps also the largest leaf a log can hold', async () => {
    log.append(new Uint8Array(16_384), new Uint8Array(512))
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    await registry.stop()
    await world.restart()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    expect(await world.health()).toMatchObject({ plainSize: log.size, refusedOrders: 1 })
  })

  test('resumes behind its last leaf', async () => {
    await loaded()
    await world.restart()
    log.lock(phone(5))
    registry.publish()
    await eventually(async () =>
      expect(await world.check(5, 3)).toEqual(['BLACKLISTED', 'BLACKLISTED']),
    )
    await world.restart()
    expect(await world.check(5, 3, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED', 'BLACKLISTED'])
  })

  test.each([
    ['a torn last record', (bytes: Buffer) => bytes.subarray(0, 30)],
    ['records out of turn', (bytes: Buffer) => bytes],
    ['rubbish', () => Buffer.alloc(100, 0xff)],
  ])('cuts off %s', async (_, tailOf) => {
    registry.publish()
    await world.start()
    await world.caughtUp()
    await world.stop()
    const whole = await readFile(entries())
    await appendFile(entries(), tailOf(whole))
    await registry.stop()
    await world.start()
    expect(await world.health()).toMatchObject({ status: 'ok', plainSize: log.size })
    expect((await world.health())['alarms']).not.toContain('journal-damaged')
    await world.stop()
    expect((await stat(entries())).size).toBe(whole.length)
  })

  test('forgets records that no checkpoint on disk covers', async () => {
    registry.publish()
    await world.start()
    await world.caughtUp()
    const size = log.size
    await world.stop()
    const checkpoints = join(world.logDir, 'checkpoints.journal')
    const before = await readFile(checkpoints)
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    await world.stop()
    await writeFile(checkpoints, before)
    await rm(join(world.logDir, 'lists.kept')) // it knows of the lock, and would go on refusing it
    await registry.stop()
    await world.start()
    expect(await world.health()).toMatchObject({ status: 'ok', plainSize: size })
    expect(await world.check(1)).toEqual([404])
    await registry.start()
    await world.caughtUp()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    await registry.stop()
    await world.restart()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
  })

  test.each([
    ['altered', (bytes: Buffer) => bytes.fill(bytes[3_000]! ^ 1, 3_000, 3_001)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -200)],
  ])('that was %s is moved aside and rebuilt from the registry', async (_, damage) => {
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    await world.stop()
    await writeFile(entries(), damage(await readFile(entries())))
    await world.start()
    await world.caughtUp()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    expect((await world.health())['alarms']).toEqual(['journal-damaged'])
    expect((await readdir(world.logDir)).join()).toContain('entries.journal.damaged-')
    await registry.stop()
    await world.restart()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    expect((await world.health())['alarms']).not.toContain('journal-damaged')
  })
})
