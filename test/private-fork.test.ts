import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { AuditMemory } from '../src/cli/audit-memory.ts'
import { auditRemembered } from '../src/cli/audit-run.ts'
import { Follower } from '../src/edge/follower.ts'
import { Register } from '../src/edge/register.ts'
import { filesOf } from './served-log.ts'
import { EdgeLog, phone } from './edge-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-fork-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The log as the world knows it, and a fork from its founding on, by whoever stole its key. */
function forked() {
  const log = new EdgeLog()
  const founded = log.size
  for (const serial of [1, 2, 3]) log.lock(phone(serial))
  return { log, fork: log.forkAt(founded) }
}

const served = (log: EdgeLog, checkpoint = log.checkpoint()) => {
  const files = filesOf(
    log.records.map(({ entry }) => entry),
    checkpoint,
  )
  return async (path: string) => files.get(path) ?? null
}

let memories = 0
/** An auditor with a memory of its own; each call is one run of the command. */
function auditor(log: EdgeLog) {
  const parent = join(folder, String(++memories))
  const audit = async (read: ReturnType<typeof served>, law = 'law') => {
    const memory = await AuditMemory.open({ parent, origin: log.origin, trust: log.trust, law })
    try {
      const { trust, origin } = log
      return await auditRemembered({ trust, headTrust: trust, origin, memory, read })
    } finally {
      memory.close()
    }
  }
  const inside = () =>
    join(
      parent,
      readdirSync(parent).find((name) => !name.endsWith('.lock'))!,
    )
  const evidence = () =>
    readdirSync(join(inside(), 'evidence')).map((name) => ({
      name,
      note: readFileSync(join(inside(), 'evidence', name), 'utf8'),
    }))
  return { audit, evidence, state: () => join(inside(), 'state.json') }
}

test('A82 a private fork without witnesses moves neither the auditor nor the edge', async () => {
  const { log, fork } = forked()
  fork.lock(phone(9))
  const private_ = fork.checkpoint({ witnesses: 0, guardians: 0 })
  await expect(auditor(log).audit(served(fork, private_))).rejects.toMatchObject({
    code: 'witness-quorum',
  })
  const edge = follower(log)
  for (const record of fork.records) edge.receive(record)
  edge.note(private_)
  expect(edge.size).toBe(0)
  expect(edge.isReady).toBe(false)
})

test('A82 a fork with the witnesses’ lines: auditor and edge refuse it and keep both notes', async () => {
  const { log, fork } = forked()
  for (const serial of [7, 8, 9]) fork.lock(phone(serial))
  expect(fork.size).toBe(log.size)
  const { audit, evidence } = auditor(log)
  await audit(served(log))
  await expect(audit(served(fork))).rejects.toMatchObject({ code: 'split-view' })
  const notes = evidence()
  expect(notes.map(({ name }) => name.slice(0, 10))).toEqual(['split-view', 'split-view'])
  expect(notes.map(({ note }) => note).toSorted()).toEqual(
    [log.checkpoint(), fork.checkpoint()].toSorted(),
  )
  // Only a person makes peace with a log that has signed two pasts.
  await expect(audit(served(log))).rejects.toMatchObject({ code: 'split-view' })

  const edge = follower(log)
  for (const record of log.records) edge.receive(record)
  edge.note(log.checkpoint())
  expect(() => edge.note(fork.checkpoint())).toThrow(
    expect.objectContaining({ code: 'split-view' }),
  )
  expect(edge.splitView).toEqual([log.checkpoint(), fork.checkpoint()])
  expect(() => edge.note(log.checkpoint())).toThrow(expect.objectContaining({ code: 'split-view' }))
})

test('A82 a longer fork, which hides what was shown before, is found by its own entries', async () => {
  const { log, fork } = forked()
  for (const serial of [6, 7, 8, 9]) fork.lock(phone(serial))
  const { audit, evidence } = auditor(log)
  await audit(served(log))
  await expect(audit(served(fork))).rejects.toMatchObject({
    code: 'not-consistent',
    facts: { size: log.size },
  })
  expect(evidence()).toHaveLength(2)
})

test('a log that has gone back is refused, and may come forward again', async () => {
  const { log } = forked()
  const { audit, evidence } = auditor(log)
  await audit(served(log))
  const shorter = log.forkAt(log.size - 1)
  await expect(audit(served(shorter))).rejects.toMatchObject({ code: 'tree-went-back' })
  expect(evidence().map(({ name }) => name.slice(0, 14))).toContain('tree-went-back')
  log.lock(phone(4))
  expect((await audit(served(log))).figures.total.locks).toBe(4)
})

test('a memory that is damaged is never replaced by none', async () => {
  const { log } = forked()
  const { audit, state } = auditor(log)
  await audit(served(log))
  writeFileSync(state(), readFileSync(state(), 'utf8').slice(0, 40))
  await expect(audit(served(log))).rejects.toMatchObject({ code: 'config' })
})

test('another version of the law begins anew, and still remembers what it has seen', async () => {
  const { log, fork } = forked()
  for (const serial of [7, 8, 9]) fork.lock(phone(serial))
  const { audit } = auditor(log)
  await audit(served(log), 'old')
  await expect(audit(served(fork), 'new')).rejects.toMatchObject({ code: 'split-view' })
})

function follower({ trust, origin }: EdgeLog): Follower {
  const logger = pino({ level: 'silent' })
  return new Follower({
    trust,
    origin,
    register: new Register(),
    logger,
    onCovered: () => undefined,
  })
}
