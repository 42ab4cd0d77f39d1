import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startEdge, type Edge } from '../src/edge/index.ts'
import { machine, makeLogger } from '../src/host/index.ts'
import { Amf, Mme, type Heard } from './core-network.ts'
import { EdgeLog, START, phone } from './edge-log.ts'
import { EdgeRegistry } from './edge-registry.ts'
import { freePorts } from '../src/cli/free-ports.ts'
import { MME } from './s13-edge.ts'

const [OWNER, OTHER] = ['001010000000001', '001010000000002']
const [RELEASED, HELD, STOLEN, CLONED] = [1, 2, 3, 4].map((serial) => phone(serial))
const NOBODYS = phone(5).imei

let folder: string
let log: EdgeLog
let registry: EdgeRegistry
let edge: Edge
let s13Port: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stolen-mode-attach-'))
  log = new EdgeLog()
  registry = await new EdgeRegistry(log).start()
  ;[s13Port] = (await freePorts(1)) as [number]
  edge = await startEdge({
    name: 'edge-1',
    signer: log.founding.operators[0]!.signer,
    trust: log.trust,
    registries: [{ origin: log.origin, url: registry.url }],
    dataDir: join(folder, 'data'),
    port: 0,
    adminPort: 0,
    country: 'ZZ',
    network: '00101',
    s13: { port: s13Port, originHost: 'eir.example', originRealm: 'example', peers: [MME] },
    unknown: 'not-found',
    surroundings: { clock: () => START, random: machine.random },
    logger: makeLogger('test', 'silent'),
  })
})
afterEach(async () => {
  await edge.close()
  await registry.stop()
  await rm(folder, { recursive: true, force: true })
})

test('R1–R7 A1–A7: what a phone hears from an AMF and from an MME that ask a running register', async () => {
  log.release(RELEASED!, log.lock(RELEASED!))
  log.hold(HELD!)
  log.lock(STOLEN!)
  log.pair(CLONED!.imei, OWNER)
  log.lock(CLONED!)
  registry.publish()
  await using amf = new Amf(edge.url)
  await vi.waitFor(async () => expect(await amf.letIn(STOLEN!.imei, OWNER)).toBe(6), 8_000)
  await using mme = await Mme.dial(s13Port)

  const rows: readonly (readonly [string, string, string, Heard])[] = [
    ['1 white', RELEASED!.imei, OWNER, 'accept'],
    ['2 grey', HELD!.imei, OWNER, 'accept'],
    ['3 black', STOLEN!.imei, OWNER, 6],
    ['4 unknown', NOBODYS, OWNER, 7],
    // An order names a device, never a pair: whoever wears a black number is black.
    ['5 pair black', STOLEN!.imei, OTHER, 6],
    ['6 pair white over device black', CLONED!.imei, OWNER, 'accept'],
    ["7 another's pair, device white", RELEASED!.imei, OTHER, 'accept'],
    ["7 another's pair, device black", CLONED!.imei, OTHER, 6],
  ]
  for (const [row, imei, imsi, heard] of rows) {
    expect(await amf.letIn(imei, imsi), `R${row}`).toBe(heard)
    expect(await mme.letIn(imei, imsi), `A${row}`).toBe(heard)
  }
})

test('R8 A8: without a verified snapshot there is no answer', async () => {
  await using amf = new Amf(edge.url)
  await using mme = await Mme.dial(s13Port)
  expect(await amf.letIn(STOLEN!.imei, OWNER)).toBe(90)
  expect(await mme.letIn(STOLEN!.imei, OWNER)).toBe(17)
})
