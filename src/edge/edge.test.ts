import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { EdgeRegistry } from '../../test/edge-registry.ts'
import { FakeNrf } from '../../test/fake-nrf.ts'
import { N5gClient } from '../../test/n5g-client.ts'
import { machine, makeLogger } from '../host/index.ts'
import { startEdge, type Edge, type EdgeOptions } from './start.ts'

let home: string
let log: EdgeLog
let registry: EdgeRegistry
let edge: Edge | null
let now: number

/** Reconnects at the least delay; everything else is as random as ever. */
const random = (length: number) => (length === 4 ? new Uint8Array(4) : machine.random(length))

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-edge-'))
  log = new EdgeLog()
  registry = await new EdgeRegistry(log).start()
  edge = null
  now = START
  registry.clock = () => now
})

afterEach(async () => {
  await edge?.close()
  await registry.stop()
  await rm(home, { recursive: true, force: true })
})

const dataDir = () => join(home, 'data')
/** Where what is kept of the log lies. */
const logDir = () => join(dataDir(), 'log-log.example%2Fzz')

async function start(more: Partial<EdgeOptions> = {}): Promise<Edge> {
  edge = await startEdge({
    name: 'edge-1',
    signer: log.founding.operators[0]!.signer,
    trust: log.trust,
    registries: [{ origin: log.origin, url: registry.url }],
    dataDir: dataDir(),
    port: 0,
    adminPort: 0,
    country: 'ZZ',
    network: '00101',
    unknown: 'not-found',
    surroundings: { clock: () => now, random },
    logger: makeLogger('test', 'silent'),
    ...more,
  })
  return edge
}

async function restart(): Promise<Edge> {
  await edge!.close()
  return start()
}

async function check(...serials: readonly number[]): Promise<unknown[]> {
  await using client = new N5gClient(edge!.url)
  return await Promise.all(serials.map((serial) => client.status(phone(serial).imei)))
}

async function health(): Promise<Record<string, unknown>> {
  return (await (await fetch(`${edge!.adminUrl}/healthz`)).json()) as Record<string, unknown>
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${edge!.adminUrl}/metrics`)).text()
  return Number(new RegExp(`^stolen_edge_${name}(?:{.*})? (.*)$`, 'm').exec(text)![1])
}

const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 8_000, interval: 20 })

const caughtUp = () =>
  eventually(async () => expect(await health()).toMatchObject({ plainSize: log.size }))

describe('an edge and its registry', () => {
  test('gives no verdict before a first checkpoint, then follows hold, lock and release', async () => {
    const one = phone(1, 2)
    await start()
    expect(await check(1)).toEqual([500])
    expect(await health()).toMatchObject({ status: 'loading', ageSeconds: null })
    const hold = log.hold(one)
    registry.publish()
    await eventually(async () =>
      expect(await check(1, 2, 3)).toEqual(['GREYLISTED', 'GREYLISTED', 404]),
    )
    const lock = log.lock(one, { of: hold.index, ctr: 2 })
    registry.publish()
    await eventually(async () => expect(await check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED']))
    log.release(one, lock)
    registry.publish()
    await eventually(async () => expect(await check(1, 2)).toEqual(['WHITELISTED', 'WHITELISTED']))
    expect(await health()).toMatchObject({
      status: 'ok',
      plainSize: log.size,
      guardedSize: log.size,
      treeSize: log.size,
      entries: { stolen: 0, held: 0, released: 2 },
      stale: 'none',
      alarms: [],
    })
  })

  test('A74: (small) loads a log of several chunks', async () => {
    while (log.size < 520) log.append(new Uint8Array([log.size % 256, 1]), null)
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    expect(await check(1)).toEqual(['BLACKLISTED'])
    expect(registry.requests.filter((line) => line.includes('snapshot'))).toHaveLength(3)
  })

  test.each([
    ['drops', 1],
    ['doubles', 0],
    ['reorders', 1],
    ['alters', 1],
  ] as const)('heals when the feed %s entries (A87)', async (how, healed) => {
    registry.publish()
    await start()
    await caughtUp()
    registry.tamper = (records) => {
      const [first, ...rest] = records
      if (first === undefined) return []
      if (how === 'drops') return rest
      if (how === 'doubles') return [first, first, ...rest, ...rest]
      if (how === 'reorders') return [...rest, first]
      return [
        { ...first, entry: first.entry.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) },
        ...rest,
      ]
    }
    log.lock(phone(1))
    log.lock(phone(2))
    registry.publish()
    await eventually(async () => expect(await check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED']))
    expect(await metric('feed_healed_total')).toBe(healed)
    expect(await health()).toMatchObject({ alarms: [], refusedOrders: 0 })
  })

  test('A73: takes the snapshot again when its cursor is too old', async () => {
    registry.feedStatus = 410
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    expect(registry.requests.filter((line) => line.includes('snapshot'))).toHaveLength(2)
  })

  test('keeps the checkpoint of a log that forgot its leaves, and keeps answering', async () => {
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    registry.feedStatus = 409
    await registry.stop()
    await registry.start()
    await eventually(async () => expect((await health())['alarms']).toContain('future-cursor'))
    expect(await check(1)).toEqual(['BLACKLISTED'])
    const [name] = await readdir(join(logDir(), 'evidence'))
    expect(await readFile(join(logDir(), 'evidence', name!), 'utf8')).toContain(log.origin)
  })

  test('keeps both sides of a split view and follows that log no more, not after a restart either', async () => {
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    registry.say(log.checkpoint({ root: new Uint8Array(32).fill(1) }))
    await eventually(async () => expect((await health())['alarms']).toContain('split-view'))
    expect(await readdir(join(logDir(), 'evidence'))).toHaveLength(2)
    await restart()
    const before = registry.requests.length
    expect((await health())['alarms']).toEqual(['split-view'])
    expect(await check(1)).toEqual(['BLACKLISTED'])
    expect(registry.requests).toHaveLength(before)
  })

  test('says how old its knowledge is (A35)', async () => {
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    for (const [seconds, stale] of [
      [120, 'none'],
      [121, 'late'],
      [901, 'stale'],
      [86_401, 'very-stale'],
    ] as const) {
      now = START + seconds * 1_000
      expect(await health()).toMatchObject({ ageSeconds: seconds, stale })
    }
    expect(await check(1)).toEqual(['BLACKLISTED'])
  })

  test('one data folder serves one edge', async () => {
    await start()
    await expect(start()).rejects.toMatchObject({ code: 'data-folder-busy' })
  })
})

describe('the journal', () => {
  async function loaded(): Promise<void> {
    log.hold(phone(1), { exp: START / 1000 + 600 })
    log.lock(phone(2))
    registry.publish()
    log.lock(phone(3)) // its guardians never come
    registry.publish({ guardians: 0 })
    await start()
    await caughtUp()
  }
  const entries = () => join(logDir(), 'entries.journal')
  const expected = ['GREYLISTED', 'BLACKLISTED', 404, 404]

  test('answers after a restart with the registry gone', async () => {
    log.hold(phone(1), { exp: START / 1000 + 600 })
    log.lock(phone(2))
    registry.publish()
    await start()
    await caughtUp()
    log.lock(phone(3))
    registry.publish({ guardians: 0 })
    await caughtUp()
    await registry.stop()
    await restart()
    expect(await check(1, 2, 3, 4)).toEqual(expected)
    expect(await health()).toMatchObject({ plainSize: log.size, guardedSize: log.size - 1 })
    await registry.start()
    registry.publish()
    await eventually(async () => expect(await check(3)).toEqual(['BLACKLISTED']))
  })

  test('keeps also the largest leaf a log can hold', async () => {
    log.append(new Uint8Array(16_384), new Uint8Array(512))
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    await registry.stop()
    await restart()
    expect(await check(1)).toEqual(['BLACKLISTED'])
    expect(await health()).toMatchObject({ plainSize: log.size, refusedOrders: 1 })
  })

  test('resumes behind its last leaf', async () => {
    await loaded()
    await restart()
    log.lock(phone(5))
    registry.publish()
    await eventually(async () => expect(await check(5, 3)).toEqual(['BLACKLISTED', 'BLACKLISTED']))
    await restart()
    expect(await check(5, 3, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED', 'BLACKLISTED'])
  })

  test.each([
    ['a torn last record', (bytes: Buffer) => bytes.subarray(0, 30)],
    ['records out of turn', (bytes: Buffer) => bytes],
    ['rubbish', () => Buffer.alloc(100, 0xff)],
  ])('cuts off %s', async (_, tailOf) => {
    registry.publish()
    await start()
    await caughtUp()
    await edge!.close()
    const whole = await readFile(entries())
    await appendFile(entries(), tailOf(whole))
    await registry.stop()
    await start()
    expect(await health()).toMatchObject({ status: 'ok', plainSize: log.size })
    expect((await health())['alarms']).not.toContain('journal-damaged')
    await edge!.close()
    expect((await stat(entries())).size).toBe(whole.length)
    edge = null
  })

  test('forgets records that no checkpoint on disk covers', async () => {
    registry.publish()
    await start()
    await caughtUp()
    const size = log.size
    await edge!.close()
    const checkpoints = join(logDir(), 'checkpoints.journal')
    const before = await readFile(checkpoints)
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    await edge!.close()
    await writeFile(checkpoints, before)
    await rm(join(logDir(), 'lists.kept')) // it knows of the lock, and would go on refusing it
    await registry.stop()
    await start()
    expect(await health()).toMatchObject({ status: 'ok', plainSize: size })
    expect(await check(1)).toEqual([404])
    await registry.start()
    await caughtUp()
    expect(await check(1)).toEqual(['BLACKLISTED'])
    await registry.stop()
    await restart()
    expect(await check(1)).toEqual(['BLACKLISTED'])
  })

  test.each([
    ['altered', (bytes: Buffer) => bytes.fill(bytes[3_000]! ^ 1, 3_000, 3_001)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -200)],
  ])('that was %s is moved aside and rebuilt from the registry', async (_, damage) => {
    log.lock(phone(1))
    registry.publish()
    await start()
    await caughtUp()
    await edge!.close()
    await writeFile(entries(), damage(await readFile(entries())))
    await start()
    await caughtUp()
    expect(await check(1)).toEqual(['BLACKLISTED'])
    expect((await health())['alarms']).toEqual(['journal-damaged'])
    expect((await readdir(logDir())).join()).toContain('entries.journal.damaged-')
    await registry.stop()
    await restart()
    expect(await check(1)).toEqual(['BLACKLISTED'])
    expect((await health())['alarms']).not.toContain('journal-damaged')
  })
})

describe('sightings', () => {
  const delivered = (count: number) =>
    eventually(async () => {
      expect(registry.sightings.size).toBe(count)
      expect(await health()).toMatchObject({ sightingsWaiting: 0 })
    })

  beforeEach(async () => {
    log.hold(phone(1))
    for (const serial of [2, 3, 4]) log.lock(phone(serial))
    registry.publish()
    await start()
    await caughtUp()
  })

  test('say where and when, once an hour for a phone', async () => {
    await check(1, 2, 2, 9)
    await check(2, 1)
    await delivered(2)
    const sightings = [...registry.sightings.values()]
    expect(sightings.find(({ verdict }) => verdict === 'held')?.imei).toBe(phone(1).imei)
    expect(sightings.find(({ verdict }) => verdict === 'stolen')).toEqual({
      id: expect.any(Uint8Array),
      at: START / 1000,
      how: 'attach',
      verdict: 'stolen',
      imei: phone(2).imei,
      svn: null,
      country: 'ZZ',
      network: '00101',
      treeSize: log.size,
    })
    now += 3_600_000
    await check(2)
    await delivered(3)
  })

  test('survive the registry being away and a restart, and arrive once each', async () => {
    await registry.stop()
    await check(1, 2)
    await restart()
    await check(3, 4)
    expect((await health())['sightingsWaiting']).toBe(4)
    await registry.start()
    await delivered(4)
    expect(new Set([...registry.sightings.values()].map(({ imei }) => imei)).size).toBe(4)
  })

  test('are sent again under the same key when the answer was lost', async () => {
    registry.sightingsStatus = 500
    await check(1)
    await eventually(() => expect(registry.requests.join()).toContain('/v1/sightings 500'))
    registry.sightingsStatus = null
    await delivered(1)
    expect(registry.idempotencyKeys).toHaveLength(1)
    expect(registry.idempotencyKeys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/)
  })
})

test('the admin window serves a few pages, read only', async () => {
  await start()
  const readiness = async () => (await fetch(`${edge!.adminUrl}/readyz`)).status
  expect(await readiness()).toBe(503)
  registry.publish()
  await eventually(async () => expect(await readiness()).toBe(200))
  const ask = async (path: string, method = 'GET') =>
    (await fetch(edge!.adminUrl + path, { method })).status
  expect(await ask('/healthz')).toBe(200)
  expect(await ask('/metrics')).toBe(200)
  for (const path of ['/other', '/events?after=-1', '/events?after=x', '/eventsx'])
    expect(await ask(path)).toBe(404)
  expect(await ask('/healthz', 'POST')).toBe(405)
})

test('losing the NRF is an alarm, and stops no answer', async () => {
  const nrf = await new FakeNrf().start()
  const said = { address: '192.0.2.2', scheme: 'http', fqdn: null, needsToken: false } as const
  const asked = { services: 'nfServices', heartBeatSeconds: 1 } as const
  log.lock(phone(1))
  registry.publish()
  await start({ nrf: { url: nrf.url, tls: null, ...said, ...asked } })
  await eventually(async () => expect(await health()).toMatchObject({ nrf: 'registered' }))
  await nrf.stop()
  await eventually(async () =>
    expect(await health()).toMatchObject({ nrf: 'away', alarms: ['nrf-away'] }),
  )
  expect(await metric('alarms')).toBe(1)
  expect(await check(1)).toEqual(['BLACKLISTED'])
  await nrf.start()
  await eventually(async () => expect(await health()).toMatchObject({ alarms: [] }))
  await edge!.close()
  edge = null
  await nrf.stop()
})

test('A72: a crowd at the admin window is bounded, and when it goes the window answers', async () => {
  await start()
  const port = Number(new URL(edge!.adminUrl).port)
  const crowd = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').resume())
  await eventually(() => expect(crowd.filter(({ closed }) => closed)).toHaveLength(36))
  for (const one of crowd) one.destroy()
  await eventually(async () => expect((await health())['name']).toBe('edge-1'))
})

test('A01 a lock for a phone that was let in lately tells the operator to make it attach again', async () => {
  const one = phone(1)
  const { index } = log.hold(one)
  registry.publish()
  await start()
  await eventually(async () => expect(await check(1)).toEqual(['GREYLISTED'])) // a held phone is let in, and remembered
  log.lock(one, { of: index, ctr: 2 })
  registry.publish()
  await eventually(async () => expect(await check(1)).toEqual(['BLACKLISTED']))
  const { events } = (await (await fetch(`${edge!.adminUrl}/events?after=0`)).json()) as {
    events: { event: string; imei14: string; number: number }[]
  }
  expect(events).toMatchObject([{ event: 'force-re-registration', number: 1, imei14: one.imei }])
  const later = await (await fetch(`${edge!.adminUrl}/events?after=1`)).json()
  expect(later).toEqual({ events: [] })
})

test('what an operator may change is changed while it answers', async () => {
  registry.publish()
  await start()
  await eventually(async () => expect(await check(7)).toEqual([404]))
  const path = join(home, 'own.csv')
  await writeFile(path, `match,list\n${phone(7).imei},black\n`)
  await edge!.reload({ unknown: 'greylist', localList: { path } })
  await eventually(async () => expect(await check(7)).toEqual(['BLACKLISTED']))
  await eventually(async () => expect(await check(8)).toEqual(['GREYLISTED']))
  await writeFile(path, 'nonsense')
  await edge!.reload({ unknown: 'whitelist', localList: { path } })
  await eventually(async () => expect(await check(7)).toEqual(['BLACKLISTED']))
  await eventually(async () => expect(await check(8)).toEqual(['WHITELISTED']))
})
