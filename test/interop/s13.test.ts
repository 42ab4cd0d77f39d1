import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FreeDiameter } from '../../src/cli/bench/free-diameter.ts'
import { machineAlarm } from '../../src/edge/s13/watchdog.ts'
import type { Peer } from '../../src/edge/s13/peers.ts'
import { CertificateAuthority } from '../certificates.ts'
import { freePorts } from '../../src/cli/free-ports.ts'
import { MME, S13Edge } from '../s13-edge.ts'
import { Capture } from './capture.ts'
import { missing } from './programs.ts'
import { talliesOf, type Tally } from './tallies.ts'

const why = missing('freeDiameterd', 'gcc', 'tshark')

const ASKED = 60_000
const WITHIN = { timeout: 60_000 }
/** White, grey, black with a digit more, and one that is not known. */
const IMEIS = ['00101701000003', '00101701000002', '001017010000010', '00101701000099']

/** Of each IMEI a quarter. */
const exactly = (asked: number): Tally[] =>
  [
    [2001, 0],
    [2001, 2],
    [2001, 1],
    [5422, -1],
  ].map(([code, status], which) => ({ which, code: code!, status: status!, count: asked / 4 }))

const client = (edge: string, asked: number, linger: number) =>
  [`client ${edge} example ${asked} 32 ${linger}`, ...IMEIS, ''].join('\n')

const start = (peers: readonly Peer[], watchdogMs: number) =>
  S13Edge.start({ peers, watchdogMs, setAlarm: machineAlarm })

describe.skipIf(why !== undefined)(`other people's Diameter ${why ?? ''}`, () => {
  test('freeDiameter: every one of 60,000 checks answered and counted, as tshark reads them', async () => {
    await using edge = await start([MME], 6_000)
    await using capture = await Capture.start(edge.port)
    await using mme = new FreeDiameter({
      originHost: 'mme.example',
      neighbours: [{ originHost: 'eir.example', port: edge.port }],
      watchdogSeconds: 30,
      s13: client('eir.example', ASKED, 10),
    })
    const tallies = await talliesOf(mme)
    expect(tallies).toEqual(exactly(ASKED))
    await mme.ended
    await capture.stop()

    expect(edge.counters.received).toBe(ASKED)
    expect(edge.peers.isBalanced).toBe(true)
    expect(edge.counters.sums()).toMatchObject({
      white: ASKED / 4,
      grey: ASKED / 4,
      black: ASKED / 4,
      unknown: ASKED / 4,
      errors: 0,
    })

    expect(capture.malformed).toBe('')
    const answers = `diameter && tcp.srcport == ${edge.port}`
    const statuses = count(capture.values('diameter.Equipment-Status', answers))
    expect(statuses).toEqual({ 0: ASKED / 4, 1: ASKED / 4, 2: ASKED / 4 })
    expect(count(capture.values('diameter.Experimental-Result-Code', answers))).toEqual({
      5422: ASKED / 4,
    })

    // Ten quiet seconds hold a watchdog of ours; then it says goodbye.
    expect(edge.server.base.of('watchdogs_sent')).toBeGreaterThan(0)
    expect(commands(capture, 280).length).toBeGreaterThanOrEqual(2)
    expect(commands(capture, 282)).toHaveLength(2)
    expect(edge.server.base.of('disconnects_received')).toBe(1)
    expect(edge.server.base.of('cut')).toBe(0)
  })

  test('a freeDiameter that knows no S13 relays it: the same answers', async () => {
    const asked = 10_000
    await using edge = await start([{ ...MME, originHost: 'dra.example' }], 30_000)
    await using capture = await Capture.start(edge.port)
    const [relayPort, nowhere] = (await freePorts(2)) as [number, number]
    await using relay = new FreeDiameter({
      originHost: 'dra.example',
      neighbours: [
        { originHost: 'eir.example', port: edge.port },
        { originHost: 'mme.example', port: nowhere }, // it dials us; known by this line
      ],
      port: relayPort,
      s13: null,
    })
    await expect.poll(() => edge.server.connected(), WITHIN).toEqual(['dra.example'])
    await using mme = new FreeDiameter({
      originHost: 'mme.example',
      neighbours: [{ originHost: 'dra.example', port: relayPort }],
      s13: client('dra.example', asked, 0),
    })
    expect(await talliesOf(mme)).toEqual(exactly(asked))
    await mme.ended
    // Six quiet seconds: the relay asks whether we live, and stays.
    await expect.poll(() => edge.server.base.of('watchdogs_received'), WITHIN).toBeGreaterThan(0)
    expect(edge.server.connected()).toEqual(['dra.example'])
    await relay.stop()
    await capture.stop()
    expect(edge.counters.received).toBe(0)
    expect(edge.peers.of('dra.example')).toMatchObject({ received: asked, isBalanced: true })
    expect(capture.malformed).toBe('')
    const routes = capture.values('diameter.Route-Record', `tcp.dstport == ${edge.port}`)
    expect(count(routes)).toEqual({ 'mme.example': asked })
    expect(capture.values('diameter.Route-Record', `tcp.srcport == ${edge.port}`)).toEqual([])
    expect(edge.server.base.of('disconnects_received')).toBe(1)
  })

  test('freeDiameter over TLS, with certificates on both sides', async () => {
    const authority = new CertificateAuthority('Example CA')
    const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-tls-'))
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const [own, mmes] = [authority.certify('eir.example'), authority.certify('mme.example')]
    await using edge = await S13Edge.start({
      peers: [{ ...MME, tlsName: 'mme.example' }],
      tls: { ...own, ca: authority.cert },
      setAlarm: machineAlarm,
    })
    await using mme = new FreeDiameter({
      originHost: 'mme.example',
      neighbours: [{ originHost: 'eir.example', port: edge.port }],
      s13: client('eir.example', 10_000, 0),
      tls: {
        cert: file('mme.pem', mmes.cert),
        key: file('mme.key', mmes.key),
        ca: file('ca.pem', authority.cert),
      },
    })
    expect(await talliesOf(mme)).toEqual(exactly(10_000))
    await mme.ended
    rmSync(folder, { recursive: true })
    expect(edge.counters).toMatchObject({ received: 10_000, isBalanced: true })
    expect(mme.output).toContain('(TCP,TLS')
  })

  test('an edge that stops says goodbye, and freeDiameter answers', async () => {
    await using edge = await start([MME], 30_000)
    await using capture = await Capture.start(edge.port)
    await using mme = new FreeDiameter({
      originHost: 'mme.example',
      neighbours: [{ originHost: 'eir.example', port: edge.port }],
      s13: client('eir.example', 4, 60),
    })
    expect(await talliesOf(mme)).toEqual(exactly(4))
    await edge.server.close()
    await capture.stop()
    expect(edge.server.base.of('cut')).toBe(0)
    expect(commands(capture, 282)).toHaveLength(2)
    expect(capture.malformed).toBe('')
    expect(mme.output).toContain('STATE_CLOSING')
  })
})

function commands(capture: Capture, command: number): string[] {
  return capture.values('diameter.hopbyhopid', `diameter.cmd.code == ${command}`)
}

function count(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
