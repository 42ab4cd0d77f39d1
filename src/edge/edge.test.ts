import { readFile, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, phone, type EdgeLog } from '../../test/edge-log.ts'
import type { EdgeRegistry } from '../../test/edge-registry.ts'
import { FakeNrf } from '../../test/fake-nrf.ts'
import { OneEdge, eventually } from '../../test/one-edge.ts'

let world: OneEdge
let log: EdgeLog
let registry: EdgeRegistry

beforeEach(async () => {
  world = await OneEdge.open()
  ;({ log, registry } = world)
})

afterEach(() => world.close())

describe('an edge and its registry', () => {
  test('gives no verdict before a first checkpoint, then follows hold, lock and release', async () => {
    const one = phone(1, 2)
    await world.start()
    expect(await world.check(1)).toEqual([500])
    expect(await world.health()).toMatchObject({ status: 'loading', ageSeconds: null })
    const hold = log.hold(one)
    registry.publish()
    await eventually(async () =>
      expect(await world.check(1, 2, 3)).toEqual(['GREYLISTED', 'GREYLISTED', 404]),
    )
    const lock = log.lock(one, { of: hold.index, ctr: 2 })
    registry.publish()
    await eventually(async () =>
      expect(await world.check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED']),
    )
    log.release(one, lock)
    registry.publish()
    await eventually(async () =>
      expect(await world.check(1, 2)).toEqual(['WHITELISTED', 'WHITELISTED']),
    )
    expect(await world.health()).toMatchObject({
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
    await world.start()
    await world.caughtUp()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    expect(registry.requests.filter((line) => line.includes('snapshot'))).toHaveLength(3)
  })

  test('A74: goes on with a long log where it was broken off, a restart between', async () => {
    log.lock(phone(1))
    while (log.size < 600) log.append(new Uint8Array([log.size % 256, 1]), null)
    log.lock(phone(2))
    registry.publish()
    registry.chunksServed = 2
    await world.start()
    await eventually(async () => expect(await world.health()).toMatchObject({ plainSize: 512 }))
    expect(await world.check(1, 2)).toEqual([500, 500])
    await world.stop()
    registry.chunksServed = Infinity
    registry.requests.length = 0
    await world.start()
    await world.caughtUp()
    expect(await world.check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED'])
    const asked = registry.requests.filter((line) => /snapshot|tile/.test(line))
    expect(asked).toEqual(['GET /v1/snapshot/2 200'])
    expect(await world.health()).toMatchObject({ alarms: [] })
  })

  test('A87: takes no outline that is not of the signed root', async () => {
    while (log.size < 600) log.append(new Uint8Array([log.size % 256, 1]), null)
    log.lock(phone(1))
    registry.publish()
    registry.tamperTile = (bytes) => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte))
    await world.start()
    await eventually(async () =>
      expect(await world.health()).toMatchObject({ alarms: ['feed-away', 'not-consistent'] }),
    )
    expect(await world.health()).toMatchObject({ plainSize: 0 })
    registry.tamperTile = (bytes) => bytes
    await world.caughtUp()
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
  })

  test.each([
    ['drops', 1],
    ['doubles', 0],
    ['reorders', 1],
    ['alters', 1],
  ] as const)('heals when the feed %s entries (A87)', async (how, healed) => {
    registry.publish()
    await world.start()
    await world.caughtUp()
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
    await eventually(async () =>
      expect(await world.check(1, 2)).toEqual(['BLACKLISTED', 'BLACKLISTED']),
    )
    expect(await world.metric('feed_healed_total')).toBe(healed)
    expect(await world.health()).toMatchObject({ alarms: [], refusedOrders: 0 })
  })

  test('A73: takes the snapshot again when its cursor is too old', async () => {
    registry.feedStatus = 410
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    expect(registry.requests.filter((line) => line.includes('snapshot'))).toHaveLength(2)
  })

  test('keeps the checkpoint of a log that forgot its leaves, and keeps answering', async () => {
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    registry.feedStatus = 409
    await registry.stop()
    await registry.start()
    await eventually(async () =>
      expect((await world.health())['alarms']).toContain('future-cursor'),
    )
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    const [name] = await readdir(join(world.logDir, 'evidence'))
    expect(await readFile(join(world.logDir, 'evidence', name!), 'utf8')).toContain(log.origin)
  })

  test('keeps both sides of a split view and follows that log no more, not after a restart either', async () => {
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    registry.say(log.checkpoint({ root: new Uint8Array(32).fill(1) }))
    await eventually(async () => expect((await world.health())['alarms']).toContain('split-view'))
    expect(await readdir(join(world.logDir, 'evidence'))).toHaveLength(2)
    await world.restart()
    const before = registry.requests.length
    expect((await world.health())['alarms']).toEqual(['split-view'])
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
    expect(registry.requests).toHaveLength(before)
  })

  test('says how old its knowledge is (A35)', async () => {
    log.lock(phone(1))
    registry.publish()
    await world.start()
    await world.caughtUp()
    for (const [seconds, stale] of [
      [120, 'none'],
      [121, 'late'],
      [901, 'stale'],
      [86_401, 'very-stale'],
    ] as const) {
      world.now = START + seconds * 1_000
      expect(await world.health()).toMatchObject({ ageSeconds: seconds, stale })
    }
    expect(await world.check(1)).toEqual(['BLACKLISTED'])
  })

  test('one data folder serves one edge', async () => {
    await world.start()
    await expect(world.start()).rejects.toMatchObject({ code: 'data-folder-busy' })
  })
})

describe('sightings', () => {
  const delivered = (count: number) =>
    eventually(async () => {
      expect(registry.sightings.size).toBe(count)
      expect(await world.health()).toMatchObject({ sightingsWaiting: 0 })
    })

  beforeEach(async () => {
    log.hold(phone(1))
    for (const serial of [2, 3, 4]) log.lock(phone(serial))
    registry.publish()
    await world.start()
    await world.caughtUp()
  })

  test('say where and when, once an hour for a phone', async () => {
    await world.check(1, 2, 2, 9)
    await world.check(2, 1)
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
    world.now += 3_600_000
    await world.check(2)
    await delivered(3)
  })

  test('survive the registry being away and a restart, and arrive once each', async () => {
    await registry.stop()
    await world.check(1, 2)
    await world.restart()
    await world.check(3, 4)
    expect((await world.health())['sightingsWaiting']).toBe(4)
    await registry.start()
    await delivered(4)
    expect(new Set([...registry.sightings.values()].map(({ imei }) => imei)).size).toBe(4)
  })

  test('are sent again under the same key when the answer was lost', async () => {
    registry.sightingsStatus = 500
    await world.check(1)
    await eventually(() => expect(registry.requests.join()).toContain('/v1/sightings 500'))
    registry.sightingsStatus = null
    await delivered(1)
    expect(registry.idempotencyKeys).toHaveLength(1)
    expect(registry.idempotencyKeys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/)
  })
})

test('the admin window serves a few pages, read only', async () => {
  await world.start()
  const readiness = async () => (await fetch(`${world.edge.adminUrl}/readyz`)).status
  expect(await readiness()).toBe(503)
  registry.publish()
  await eventually(async () => expect(await readiness()).toBe(200))
  const ask = async (path: string, method = 'GET') =>
    (await fetch(world.edge.adminUrl + path, { method })).status
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
  await world.start({ nrf: { url: nrf.url, tls: null, ...said, ...asked } })
  await eventually(async () => expect(await world.health()).toMatchObject({ nrf: 'registered' }))
  await nrf.stop()
  await eventually(async () =>
    expect(await world.health()).toMatchObject({ nrf: 'away', alarms: ['nrf-away'] }),
  )
  expect(await world.metric('alarms')).toBe(1)
  expect(await world.check(1)).toEqual(['BLACKLISTED'])
  await nrf.start()
  await eventually(async () => expect(await world.health()).toMatchObject({ alarms: [] }))
  await world.stop()
  await nrf.stop()
})

test('A72: a crowd at the admin window is bounded, and when it goes the window answers', async () => {
  await world.start()
  const port = Number(new URL(world.edge.adminUrl).port)
  const crowd = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').resume())
  await eventually(() => expect(crowd.filter(({ closed }) => closed)).toHaveLength(36))
  for (const one of crowd) one.destroy()
  await eventually(async () => expect((await world.health())['name']).toBe('edge-1'))
})

test('A01 a lock for a phone that was let in lately tells the operator to make it attach again', async () => {
  const one = phone(1)
  const { index } = log.hold(one)
  registry.publish()
  await world.start()
  await eventually(async () => expect(await world.check(1)).toEqual(['GREYLISTED'])) // a held phone is let in, and remembered
  log.lock(one, { of: index, ctr: 2 })
  registry.publish()
  await eventually(async () => expect(await world.check(1)).toEqual(['BLACKLISTED']))
  const { events } = (await (await fetch(`${world.edge.adminUrl}/events?after=0`)).json()) as {
    events: { event: string; imei14: string; number: number }[]
  }
  expect(events).toMatchObject([{ event: 'force-re-registration', imei14: one.imei }])
  const later = await (
    await fetch(`${world.edge.adminUrl}/events?after=${events[0]!.number}`)
  ).json()
  expect(later).toEqual({ events: [] })
})

test('what an operator may change is changed while it answers', async () => {
  registry.publish()
  await world.start()
  await eventually(async () => expect(await world.check(7)).toEqual([404]))
  const path = join(world.home, 'own.csv')
  await writeFile(path, `match,list\n${phone(7).imei},black\n`)
  await world.edge.reload({ unknown: 'greylist', localList: { path } })
  await eventually(async () => expect(await world.check(7)).toEqual(['BLACKLISTED']))
  await eventually(async () => expect(await world.check(8)).toEqual(['GREYLISTED']))
  await writeFile(path, 'nonsense')
  await world.edge.reload({ unknown: 'whitelist', localList: { path } })
  await eventually(async () => expect(await world.check(7)).toEqual(['BLACKLISTED']))
  await eventually(async () => expect(await world.check(8)).toEqual(['WHITELISTED']))
})
