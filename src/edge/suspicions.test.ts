import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { EdgeRegistry } from '../../test/edge-registry.ts'
import { N5gClient } from '../../test/n5g-client.ts'
import { machine, makeLogger } from '../host/index.ts'
import { startEdge, type Edge, type EdgeOptions } from './start.ts'

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
  for (const registry of registries) registry.publish()
  edge = await startEdge({
    name: 'edge-1',
    signer: logs[0].founding.operators[0]!.signer,
    trust: logs[0].trust,
    registries: logs.map(({ origin }, i) => ({ origin, url: registries[i]!.url })),
    dataDir: join(home, 'data'),
    port: 0,
    adminPort: 0,
    country: 'XA',
    network: '00101',
    unknown: 'whitelist',
    surroundings: { clock: () => START, random },
    logger: makeLogger('test', 'silent'),
    ...changes,
  })
}

const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 8_000, interval: 20 })

const subscriber = (n: number) => `00101${String(n).padStart(10, '0')}`
const ask = async (imei: string, imsi: string | null) => {
  await using client = new N5gClient(edge!.url)
  const supi = imsi === null ? '' : `&supi=imsi-${imsi}`
  return (await client.check(`?pei=imei-${imei}0${supi}`)).json['status']
}
const crowd = async (imei: string) => {
  for (let n = 1; n <= 4; n++) await ask(imei, subscriber(n))
}
const read = async (path: string) => (await fetch(edge!.adminUrl + path)).text()
const numbersAt = (registry: EdgeRegistry) => registry.cloneSignals.map(({ imei14 }) => imei14)

describe('A13 a number worn by many', () => {
  test('is told, signed, to the registry that lists it, and to no other', async () => {
    const one = phone(1)
    logs[1].hold(one)
    await start()
    await eventually(async () => expect(await ask(one.imei, null)).toBe('GREYLISTED'))
    await crowd(one.imei)
    await eventually(() => expect(numbersAt(registries[1])).toEqual([one.imei]))
    const at = START / 1000
    expect(registries[1].cloneSignals).toEqual([
      {
        at,
        why: 'subscribers',
        imei14: one.imei,
        subscribers: 4,
        places: [{ country: 'XA', network: '00101', at }],
      },
    ])
    expect(registries[0].cloneSignals).toEqual([])
  })

  test('that nobody lists: to the own country, if the operator remembers attaches at all', async () => {
    await start()
    await eventually(async () => expect(await ask(phone(2).imei, null)).toBe('WHITELISTED'))
    await crowd(phone(2).imei)
    await edge!.close()
    await start({ remember: true })
    await eventually(async () => expect(await ask(phone(3).imei, null)).toBe('WHITELISTED'))
    await crowd(phone(3).imei)
    await eventually(() => expect(numbersAt(registries[0])).toEqual([phone(3).imei]))
    expect(registries[1].cloneSignals).toEqual([])
  })

  test('waits on disk while the registry is away, over a restart', async () => {
    const one = phone(1)
    logs[0].hold(one)
    await start()
    await eventually(async () => expect(await ask(one.imei, null)).toBe('GREYLISTED'))
    registries[0].sightingsStatus = 503
    await crowd(one.imei)
    await edge!.close()
    expect(registries[0].cloneSignals).toEqual([])
    registries[0].sightingsStatus = null
    await start()
    await eventually(() => expect(numbersAt(registries[0])).toEqual([one.imei]))
  })
})

describe('A13 a TAC that was never allocated', () => {
  test('is an event and a count, and changes no answer', async () => {
    const path = join(home, 'tacs.txt')
    const header = 'TAC|Manufacturer|Model Name|Bands|Allocation Date|Device Type'
    await writeFile(path, `${header}\n00101702|Works|Two|||\n`)
    const [black, held] = [phone(1), phone(2)]
    logs[0].lock(black)
    logs[0].hold(held)
    await start({ tacList: { path } })
    await eventually(async () => expect(await ask(black.imei, null)).toBe('BLACKLISTED'))
    expect(await ask(held.imei, null)).toBe('GREYLISTED')
    expect(await ask(phone(3).imei, null)).toBe('WHITELISTED')
    expect(await ask('00000000000001', null)).toBe('WHITELISTED')
    expect(await ask('00101702000001', null)).toBe('WHITELISTED')
    const { events } = JSON.parse(await read('/events')) as { events: Record<string, unknown>[] }
    expect(events.map(({ event, tac, why }) => [event, tac, why])).toEqual([
      ['wrong-tac', '00101701', 'unallocated'],
      ['wrong-tac', '00000000', 'invalid'],
    ])
    const metrics = await read('/metrics')
    expect(metrics).toContain('stolen_edge_wrong_tacs_total{why="invalid"} 1\n')
    expect(metrics).toMatch(/wrong_tacs_total\{why="unallocated"\} [3-9]/)
    expect(JSON.parse(await read('/healthz'))).toMatchObject({ tacRows: 1, alarms: [] })

    await edge!.reload({ unknown: 'whitelist', tacList: { path: join(home, 'nowhere') } })
    expect(JSON.parse(await read('/healthz'))).toMatchObject({
      tacRows: 1,
      alarms: ['tac-list-refused'],
    })
    await edge!.reload({ unknown: 'whitelist' })
    expect(JSON.parse(await read('/healthz'))).toMatchObject({ tacRows: 0, alarms: [] })
  })
})
