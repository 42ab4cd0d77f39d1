import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EIR_ID } from '../../../test/access-tokens.ts'
import { CertificateAuthority } from '../../../test/certificates.ts'
import { FakeNrf } from '../../../test/fake-nrf.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import { machine, makeLogger } from '../../host/index.ts'
import type { NrfTls } from './exchange.ts'
import { Alarms } from '../alarms.ts'
import { openInstanceId } from './instance-id.ts'
import { profileOf, type ProfileOptions } from './profile.ts'
import { startNrf, type NrfOptions, type NrfRegistration } from './registration.ts'

const PROFILE: ProfileOptions = {
  instanceId: EIR_ID,
  network: '00101',
  address: '192.0.2.2',
  port: 7777,
  scheme: 'http',
  fqdn: null,
  needsToken: false,
  services: 'nfServices',
  heartBeatSeconds: 10,
}

let nrf: FakeNrf
let isReady: boolean
let alarms: Alarms
let registration: NrfRegistration | null

beforeEach(async () => {
  nrf = await new FakeNrf().start()
  isReady = true
  alarms = new Alarms(makeLogger('test', 'silent'))
  registration = null
})
afterEach(async () => {
  await registration?.close()
  await nrf.stop()
  expect(nrf.complaints).toEqual([])
})

/** Waits as short as waits may be: retries after half a second. */
const random = (length: number) => new Uint8Array(length)

function start(options: Partial<NrfOptions> = {}): NrfRegistration {
  registration = startNrf({
    url: nrf.url,
    tls: null,
    profile: PROFILE,
    isReady: () => isReady,
    alarms,
    random,
    logger: makeLogger('test', 'silent'),
    ...options,
  })
  return registration
}

const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 15_000 })
const told = (...lines: readonly string[]) => eventually(() => expect(nrf.told).toEqual(lines))
const found = () => nrf.discover('5G_EIR', 'AMF', 'n5g-eir-eic').length

describe('Nnrf_NFManagement', () => {
  test('N1: registers, and an AMF finds it', async () => {
    expect(start().state).toBe('waiting')
    await told('PUT REGISTERED 201')
    expect(found()).toBe(1)
    expect(nrf.profiles.get(EIR_ID)).toMatchObject({
      nfType: '5G_EIR',
      plmnList: [{ mcc: '001', mnc: '01' }],
      ipv4Addresses: ['192.0.2.2'],
      nfServices: [{ ipEndPoints: [{ ipv4Address: '192.0.2.2', transport: 'TCP', port: 7777 }] }],
    })
    await eventually(() => expect(registration!.state).toBe('registered'))
  })

  test("beats by the NRF's timer, not by its own", async () => {
    start({ profile: { ...PROFILE, heartBeatSeconds: 3_600 } })
    await told('PUT REGISTERED 201', 'PATCH REGISTERED 204', 'PATCH REGISTERED 204')
  })

  test.each([undefined, 0, 1.5, 1e9])('a timer of %s is none: its own counts', async (timer) => {
    nrf.heartBeatTimer = timer
    start({ profile: { ...PROFILE, heartBeatSeconds: 1 } })
    await told('PUT REGISTERED 201', 'PATCH REGISTERED 204')
  })

  test('is not known before the register can answer', async () => {
    let asked = 0
    start({ isReady: () => asked++ >= 3 && isReady })
    await eventually(() => expect(asked).toBe(3))
    expect(nrf.told).toEqual([])
    await told('PUT REGISTERED 201')
  })

  test('is suspended while the register cannot answer, and found again when it can', async () => {
    nrf.heartBeatTimer = 3_600
    start()
    await told('PUT REGISTERED 201')
    isReady = false
    await told('PUT REGISTERED 201', 'PATCH SUSPENDED 204')
    expect(found()).toBe(0)
    await eventually(() => expect(registration!.state).toBe('suspended'))
    isReady = true
    await eventually(() => expect(nrf.told).toHaveLength(3))
    expect(found()).toBe(1)
  })

  test('an NRF that forgot it is told again, in the state it has now', async () => {
    start()
    await told('PUT REGISTERED 201')
    nrf.profiles.clear()
    isReady = false
    await eventually(() =>
      expect(nrf.told.slice(-2)).toEqual(['PATCH SUSPENDED 404', 'PUT SUSPENDED 201']),
    )
    expect(found()).toBe(0)
    isReady = true
    await eventually(() => expect(found()).toBe(1))
  })

  test('is taken back at the end', async () => {
    await start().close()
    registration = null
    expect(nrf.told.at(-1)).toMatch(/^DELETE/)
    expect(nrf.profiles.size).toBe(0)
  })

  test('a register that never was ready has nothing to take back', async () => {
    isReady = false
    await start().close()
    registration = null
    expect(nrf.told).toEqual([])
  })
})

describe('an NRF that fails', () => {
  test('is told as soon as it is there', async () => {
    await nrf.stop()
    start()
    await eventually(() => expect(registration!.state).toBe('away'))
    await nrf.start()
    await eventually(() => expect(registration!.state).toBe('registered'))
    expect(found()).toBe(1)
  })

  test('comes back, and the register is still there or is told again', async () => {
    start()
    await told('PUT REGISTERED 201')
    await nrf.stop()
    await eventually(() => expect(registration!.state).toBe('away'))
    await nrf.start()
    await eventually(() => expect(registration!.state).toBe('registered'))
    expect(nrf.told.filter((line) => line.startsWith('PUT'))).toHaveLength(1)
    await nrf.stop()
    nrf.profiles.clear()
    await nrf.start()
    await eventually(() => expect(found()).toBe(1))
  })

  test.each([400, 403, 307, 500, 503])('answers %i, later well', async (status) => {
    nrf.broken = status
    start()
    await eventually(() => expect(registration!.state).toBe('away'))
    nrf.broken = null
    await eventually(() => expect(found()).toBe(1))
  })

  test('is an alarm after three tries in vain, until it is back', async () => {
    start()
    await told('PUT REGISTERED 201')
    nrf.broken = 503
    await eventually(() => expect(alarms.raised).toEqual(['nrf-away']))
    expect(nrf.asked).toBeGreaterThanOrEqual(1 + 3)
    nrf.broken = null
    await eventually(() => expect(alarms.raised).toEqual([]))
    expect(registration!.state).toBe('registered')
  })

  test('does not hold up the end', async () => {
    start()
    await told('PUT REGISTERED 201')
    nrf.broken = 0
    await registration!.close()
    registration = null
  })
})

describe('over TLS', () => {
  const operator = new CertificateAuthority('ca.example')
  const stranger = new CertificateAuthority('ca.example')
  const serving = { ...operator.certify('localhost'), ca: operator.cert, requestCert: true }
  const own = { ...operator.certify('eir.example'), ca: operator.cert }

  async function startTls(ofNrf: object, tls: NrfTls) {
    await nrf.stop()
    nrf = await new FakeNrf(undefined, { ...serving, ...ofNrf }).start()
    start({ tls })
  }

  test('each shows the other its certificate', async () => {
    await startTls({}, own)
    await told('PUT REGISTERED 201')
  })

  test.each<readonly [string, object, NrfTls]>([
    ['an NRF of somebody else is told nothing', stranger.certify('localhost'), own],
    ['an NRF of another name is told nothing', operator.certify('other.example'), own],
    [
      'a register of somebody else is not let in',
      {},
      { ...stranger.certify('eir.example'), ca: operator.cert },
    ],
  ])('%s', async (_, ofNrf, tls) => {
    await startTls(ofNrf, tls)
    await eventually(() => expect(registration!.state).toBe('away'))
    expect(nrf.told).toEqual([])
  })
})

describe('the profile', () => {
  test('names IPv6, TLS, a host, and that a token is needed', () => {
    const options = {
      address: '2001:db8::2',
      scheme: 'https',
      fqdn: 'eir.example',
      needsToken: true,
    }
    expect(profileOf({ ...PROFILE, ...options } as ProfileOptions, 'SUSPENDED')).toMatchObject({
      nfStatus: 'SUSPENDED',
      fqdn: 'eir.example',
      ipv6Addresses: ['2001:db8::2'],
      nfServices: [
        {
          scheme: 'https',
          fqdn: 'eir.example',
          ipEndPoints: [{ ipv6Address: '2001:db8::2', port: 7777 }],
          oauth2Required: true,
          nfServiceStatus: 'REGISTERED',
        },
      ],
    })
  })

  test('lists its service as a map where that is wanted (Release 18), and only so', async () => {
    start({ profile: { ...PROFILE, services: 'nfServiceList' } })
    await told('PUT REGISTERED 201')
    expect(found()).toBe(1)
    const profile = nrf.profiles.get(EIR_ID)!
    expect(Object.keys(profile['nfServiceList'] as object)).toEqual(['eic-1'])
    expect(profile).not.toHaveProperty('nfServices')
  })

  test.each<readonly [string, Partial<NrfOptions>]>([
    ['no address', { url: 'nrf.example' }],
    ['another protocol', { url: 'ftp://nrf.example' }],
    ['no uuid', { profile: { ...PROFILE, instanceId: 'eir-1' } }],
    ['a uuid of version 1', { profile: { ...PROFILE, instanceId: EIR_ID.replace('-4', '-1') } }],
  ])('%s is refused at the start', (_, options) => {
    expect(codeOf(() => start(options))).toBe('config')
  })
})

test('an instance id is drawn once, and is the same after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-nrf-'))
  try {
    const id = await openInstanceId(folder)
    expect(await openInstanceId(folder)).toBe(id)
    expect(await readFile(join(folder, 'nf-instance-id'), 'utf8')).toBe(`${id}\n`)
    isReady = false
    start({ profile: { ...PROFILE, instanceId: id }, random: machine.random })
  } finally {
    await rm(folder, { recursive: true })
  }
})
