import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { makeLogger } from '../host/index.ts'
import { Alarms } from './alarms.ts'
import { openBook } from './book.ts'
import { MergedRegister } from './merged-register.ts'

test('a restart tells nobody again of locks that were told of before, and knows the pairs', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'stolen-mode-book-'))
  try {
    const log = new EdgeLog()
    const one = phone(1)
    log.lock(one)
    log.pair(one.imei, '001010000000001')
    const locked: string[] = []
    const logger = makeLogger('test', 'silent')
    const open = () =>
      openBook({
        origin: log.origin,
        merged: new MergedRegister(),
        dataFolder,
        trust: log.trust,
        alarms: new Alarms(logger),
        logger,
        onApplied: () => undefined,
        onLocked: (imei14) => void locked.push(imei14),
        clock: () => START,
      })
    const first = await open()
    for (const record of log.records) first.follower.receive(record)
    first.follower.note(log.checkpoint())
    await first.close()
    expect(locked).toEqual([one.imei])

    const second = await open()
    expect(second.register.stateOf(one.imei)).toBe('stolen')
    expect(second.follower.identities.isHonestPair(one.imei, '001010000000001')).toBe(true)
    await second.close()
    expect(locked).toEqual([one.imei])
  } finally {
    await rm(dataFolder, { recursive: true })
  }
})
