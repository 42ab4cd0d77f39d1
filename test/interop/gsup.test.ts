import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeJudge } from '../../src/edge/checks.ts'
import { PeerCounters } from '../../src/edge/counters.ts'
import { startGsup, type GsupServer } from '../../src/edge/gsup/server.ts'
import { makeLogger } from '../../src/host/index.ts'
import { GsupClient, gsup, ipa } from '../gsup-client.ts'
import { dissect } from '../gsup-tshark.ts'
import { OsmoHlr, noOsmocom } from '../osmo-hlr.ts'

const IMSI = '01 08 00010100000000f1'
const STOLEN = '50 08 07 00017110000010'
const HONEST = '50 08 07 00017110000020'
const CLASS = '0a 01 01'
const PING = ipa('fe', '00')

describe.skipIf(noOsmocom !== undefined)(`Debian's osmo-hlr behind us ${noOsmocom ?? ''}`, () => {
  let hlr: OsmoHlr
  let proxy: GsupServer
  let counters: PeerCounters

  beforeAll(async () => {
    hlr = await OsmoHlr.start()
    counters = new PeerCounters()
    const asker = { peer: 'msc-1', country: 'XA', network: '00101' }
    proxy = await startGsup({
      host: '127.0.0.1',
      port: 0,
      upstream: hlr,
      peers: [{ name: 'msc-1', asker }],
      judge: makeJudge({
        unknown: 'whitelist',
        isReady: () => true,
        stateOf: (imei14) => (imei14 === '00101701000001' ? 'stolen' : undefined),
        onSeen: () => undefined,
      }),
      counters,
      logger: makeLogger('test', 'silent'),
    })
  })
  afterAll(async () => {
    await proxy.close()
    await hlr[Symbol.asyncDispose]()
    expect(counters.isBalanced).toBe(true)
  })

  const through = () => GsupClient.open({ host: '127.0.0.1', port: proxy.port })
  /** One after the other: the HLR tells its clients apart by name. */
  async function answers(open: () => Promise<GsupClient>, requests: readonly string[]) {
    using msc = await open()
    const all: string[] = []
    for (const request of requests) all.push(await msc.ask(request))
    msc.socket.end()
    await msc.closed
    return all
  }
  const direct = (requests: readonly string[]) => answers(() => GsupClient.open(hlr), requests)
  const proxied = (requests: readonly string[]) => answers(through, requests)

  const spellings = (imei: string) => [
    gsup(`30 ${IMSI} ${imei} ${CLASS}`),
    gsup(`30 ${IMSI} ${CLASS} ${imei}`),
    gsup(`30 ${IMSI} ${imei}`),
    gsup(`30 ${IMSI} ${imei} ${CLASS} 60 06 6d73632d3100`),
    gsup(`30 ${IMSI} 30 04 deadbeef 31 01 01 ${imei} ${CLASS}`),
  ]

  test('a stolen phone is refused, in the words the HLR lets it in with, but for one byte', async () => {
    const requests = spellings(STOLEN)
    const acks = await direct(requests)
    for (const ack of acks) expect(ack).toContain('510100')
    const nacks = acks.map((ack) => ack.replace('510100', '510101'))
    expect(await proxied(requests)).toEqual(nacks)
  })

  test('all others get the word of the HLR', async () => {
    const requests = spellings(HONEST)
    const acks = await proxied(requests)
    expect(acks).toEqual(await direct(requests))
    for (const ack of acks) expect(ack).toContain('510100')
  })

  test('A37 a stolen phone is refused in spellings the HLR has no number for', async () => {
    const [imeisv, withDigit] = ['50 09 08 0001711000001024', '50 09 08 00017110000010f5']
    const requests = [imeisv, withDigit].map((imei) => gsup(`30 ${IMSI} ${imei} ${CLASS}`))
    const nack = gsup(`32 ${IMSI} 51 01 01 ${CLASS}`)
    expect(await proxied(requests)).toEqual([nack, nack])
    const error = gsup(`31 ${IMSI} 02 01 60 ${CLASS}`)
    expect(await direct(requests)).toEqual([error, error])
  })

  test('A92 where there is no number we say what the HLR says', async () => {
    const without = ['', '50 01 00', '50 08 07 0001711000001a', '50 08 06 00017110000010']
    const requests = without.map((imei) => gsup(`30 ${IMSI} ${imei} ${CLASS}`))
    expect(await proxied(requests)).toEqual(await direct(requests))
  })

  test('A92 and where nobody can answer, nobody does', async () => {
    const dropped = [gsup('30'), gsup(`30 ${STOLEN} ${IMSI}`), gsup(`30 ${IMSI} 50 28 07`)]
    const requests = dropped.map((message) => message + PING)
    expect(await proxied(requests)).toEqual(await direct(requests))
  })

  test('any other message passes as it is: authentication, location, purge, USSD, ping', async () => {
    const requests = [
      gsup(`08 ${IMSI} ${CLASS}`),
      gsup(`04 ${IMSI} 28 01 02 ${CLASS}`),
      gsup(`0c ${IMSI} 28 01 02`),
      gsup(`20 ${IMSI} 30 04 20000001 31 01 01 35 06 a10302010100 0a 01 03`),
      PING,
    ]
    await direct([gsup(`30 ${IMSI} ${HONEST} ${CLASS}`)]) // the subscriber exists for both
    expect(await proxied(requests)).toEqual(await direct(requests))
  })

  test('Wireshark reads what we say as GSUP, with nothing malformed', async () => {
    const [nack] = await proxied(spellings(STOLEN))
    const [error] = await proxied([gsup(`30 ${IMSI} ${CLASS}`)])
    expect(dissect([...spellings(STOLEN), nack!, error!]).slice(-2)).toEqual([
      ['50', '1', '', ''],
      ['49', '', '0x60', ''],
    ])
  })

  test('the HLR killed, its clients are cut off, and come back with it', async () => {
    using msc = await through()
    await hlr[Symbol.asyncDispose]()
    await msc.closed
    hlr = await OsmoHlr.start()
    expect(await proxied([gsup(`30 ${IMSI} ${HONEST} ${CLASS}`)])).toEqual([
      gsup(`32 ${IMSI} 51 01 00 ${CLASS}`),
    ])
  })
})
