import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { EdgeRegistry } from '../../test/edge-registry.ts'
import { N5gClient } from '../../test/n5g-client.ts'
import { machine, makeLogger } from '../host/index.ts'
import { startEdge, type Edge, type EdgeOptions } from './start.ts'

interface LogHealth {
  readonly origin: string
  readonly status: string
  readonly alarms: readonly string[]
}

let home: string
let logs: readonly [EdgeLog, EdgeLog]
let registries: readonly [EdgeRegistry, EdgeRegistry]
let edge: Edge | null

const random = (length: number) => (length === 4 ? new Uint8Array(4) : machine.random(length))

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stolen-mode-edge-'))
  const [own, abroad] = EdgeLog.several('XA', 'XB')
  logs = [own!, abroad!]
  registries = [await new EdgeRegistry(logs[0]).start(), await new EdgeRegistry(logs[1]).start()]
  edge = null
})

afterEach(async () => {
  await edge?.close()
  for (const registry of registries) await registry.stop()
  await rm(home, { recursive: true, force: true })
})

async function start(changes: Partial<EdgeOptions> = {}): Promise<void> {
  edge = await startEdge({
    name: 'edge-1',
    signer: logs[0].founding.operators[0]!.signer,
    trust: logs[0].trust,
    registries: logs.map(({ origin }, i) => ({ origin, url: registries[i]!.url })),
    dataDir: home,
    port: 0,
    adminPort: 0,
    country: 'XA',
    network: '00101',
    unknown: 'not-found',
    surroundings: { clock: () => START, random },
    logger: makeLogger('test', 'silent'),
    ...changes,
  })
}

async function check(one: { readonly imei: Parameters<N5gClient['status']>[0] }): Promise<unknown> {
  await using client = new N5gClient(edge!.url)
  return await client.status(one.imei)
}

async function health(): Promise<{ status: string; alarms: string[]; logs: LogHealth[] }> {
  const answer = await fetch(`${edge!.adminUrl}/healthz`)
  return (await answer.json()) as Awaited<ReturnType<typeof health>>
}

const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 8_000, interval: 20 })

const answers = (one: ReturnType<typeof phone>, word: unknown) =>
  eventually(async () => expect(await check(one)).toBe(word))

const publish = () => registries.forEach((registry) => registry.publish())

describe('an edge that follows two logs', () => {
  test('black in one is black, whatever the other says, and each is told what its orders caused', async () => {
    const [only, both, neither] = [phone(1), phone(2), phone(3)]
    logs[1].lock(only)
    const here = logs[0].lock(both)
    const there = logs[1].lock(both)
    publish()
    await start()
    await answers(only, 'BLACKLISTED')
    await answers(both, 'BLACKLISTED')
    expect(await check(neither)).toBe(404)
    await eventually(() => expect(registries[1].sightings.size).toBe(2))
    await eventually(() =>
      expect([...registries[0].sightings.values()].map(({ imei }) => imei)).toEqual([both.imei]),
    )

    logs[0].release(both, here)
    publish()
    await eventually(async () =>
      expect((await health()).logs).toMatchObject([{ plainSize: logs[0].size }, {}]),
    )
    expect(await check(both)).toBe('BLACKLISTED')
    logs[1].release(both, there)
    publish()
    await answers(both, 'WHITELISTED')
  })

  test("a log with two faces stops alone, for good; the other's orders go on", async () => {
    const [before, after, unseen] = [phone(1), phone(2), phone(3)]
    logs[1].lock(before)
    publish()
    await start()
    await answers(before, 'BLACKLISTED')
    registries[1].say(logs[1].checkpoint({ root: new Uint8Array(32) }))
    await eventually(async () => expect((await health()).logs[1]!.alarms).toContain('split-view'))
    logs[0].lock(after)
    logs[1].lock(unseen)
    publish()
    await answers(after, 'BLACKLISTED')
    expect(await check(before)).toBe('BLACKLISTED') // what it said before stays
    expect((await health()).logs[0]).toMatchObject({ status: 'ok', alarms: [] })

    await edge!.close()
    await start()
    await answers(after, 'BLACKLISTED')
    expect(await check(before)).toBe('BLACKLISTED')
    expect(await check(unseen)).toBe(404)
    expect((await health()).alarms).toEqual(['split-view'])
  })

  test('needs its own log to answer at first, and no other', async () => {
    const [here, there] = [phone(1), phone(2)]
    logs[0].lock(here)
    logs[1].lock(there)
    await registries[1].stop()
    await start()
    expect(await check(here)).toBe(500)
    registries[0].publish()
    await answers(here, 'BLACKLISTED')
    expect(await check(there)).toBe(404)
    expect((await health()).logs.map(({ status }) => status)).toEqual(['ok', 'loading'])
    await registries[1].start()
    registries[1].publish()
    await answers(there, 'BLACKLISTED')
  })

  test('takes no log for another: a checkpoint of the wrong one moves nothing', async () => {
    const one = phone(1)
    logs[0].lock(one)
    publish()
    const [own, abroad] = logs.map(({ origin }) => origin)
    const crossed = [
      { origin: own!, url: registries[1].url },
      { origin: abroad!, url: registries[0].url },
    ]
    await start({ registries: crossed })
    await eventually(() => expect(registries[0].requests).toContain('GET /v1/feed 200'))
    expect(await check(one)).toBe(500)
  })

  test.each([
    ['none', () => []],
    ['one twice', () => [logs[0], logs[0]]],
    ['one that the root document does not name', () => [logs[0], { origin: 'log.example/no' }]],
  ])('does not start with %s', async (_, list) => {
    const wanted = list().map(({ origin }) => ({ origin, url: registries[0].url }))
    await expect(start({ registries: wanted })).rejects.toMatchObject({ code: 'config' })
  })
})
