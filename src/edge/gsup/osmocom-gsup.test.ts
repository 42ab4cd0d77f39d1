import fc from 'fast-check'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GsupClient, gsup, identity, ipa, type GsupAddress } from '../../../test/gsup-client.ts'
import { SmallHlr } from '../../../test/small-hlr.ts'
import { makeLogger } from '../../host/index.ts'
import { makeJudge, type Seen } from '../checks.ts'
import { PeerCounters } from '../counters.ts'
import type { ListedState } from '../../core/index.ts'
import type { GsupPeer } from './peers.ts'
import { startGsup, type GsupServer } from './server.ts'

const LISTED = new Map<string, ListedState>([
  ['00101701000001', 'stolen'],
  ['00101701000002', 'held'],
  ['00101701000003', 'released'],
  ['00101701000004', 'recovered'],
  ['00101701000005', 'retired'],
])
const asker = { peer: 'msc-1', country: 'XA', network: '00101' }
const IMSI = '01 08 00010100000000f1'
const CLASS = '0a 01 01'
const PING = ipa('fe', '00')
const PONG = ipa('fe', '01')
const STOLEN = gsup(`30 ${IMSI} 50 08 07 00017110000010 ${CLASS}`)
const HELD = gsup(`30 ${IMSI} 50 08 07 00017110000020 ${CLASS}`)
const RELEASED = gsup(`30 ${IMSI} 50 08 07 00017110000030 ${CLASS}`)
const UNKNOWN = gsup(`30 ${IMSI} 50 08 07 00017110000099 ${CLASS}`)
const ACK = gsup(`32 ${IMSI} 51 01 00 ${CLASS}`)
const NACK = gsup(`32 ${IMSI} 51 01 01 ${CLASS}`)
const INVALID = gsup(`31 ${IMSI} 02 01 60 ${CLASS}`)

let hlr: SmallHlr
let server: GsupServer
let address: GsupAddress
let counters: PeerCounters
let seen: Seen[]
let isReady: boolean

async function start(peers: readonly GsupPeer[] = [{ address: '127.0.0.1', asker }]) {
  counters = new PeerCounters()
  seen = []
  isReady = true
  const judge = makeJudge({
    unknown: 'not-found', // GSUP has no such answer: the HLR's own word stands
    isReady: () => isReady,
    stateOf: (imei14) => {
      if (imei14 === '00101701666666') throw new Error('injected: a damaged record')
      return LISTED.get(imei14)
    },
    onSeen: (one) => void seen.push(one),
  })
  const logger = makeLogger('test', 'silent')
  const upstream = { host: '127.0.0.1', port: hlr.port }
  server = await startGsup({
    host: '127.0.0.1',
    port: 0,
    upstream,
    peers,
    judge,
    counters,
    logger,
  })
  address = { host: '127.0.0.1', port: server.port }
}

async function restart(peers: readonly GsupPeer[]) {
  await server.close()
  await start(peers)
}

beforeEach(async () => {
  hlr = await SmallHlr.start()
  await start()
})
afterEach(async () => {
  expect(counters.isBalanced).toBe(true)
  await server.close()
  await hlr[Symbol.asyncDispose]()
})

describe('a phone', () => {
  test.each([
    ['stolen', STOLEN],
    ['recovered', gsup(`30 ${IMSI} 50 08 07 00017110000040 ${CLASS}`)],
    ['retired', gsup(`30 ${IMSI} 50 08 07 00017110000050 ${CLASS}`)],
    ['stolen, as IMEISV (A37)', gsup(`30 ${IMSI} 50 09 08 0001711000001099 ${CLASS}`)],
    ['stolen, with a check digit (A37)', gsup(`30 ${IMSI} 50 09 08 00017110000010f0 ${CLASS}`)],
  ])('%s is refused by us, and the HLR never hears of it', async (_name, request) => {
    using msc = await GsupClient.open(address)
    expect(await msc.ask(request)).toBe(NACK)
    expect(hlr.all).not.toContain(request)
    expect(counters.of('msc-1').sums()).toMatchObject({ black: 1 })
  })

  test.each([
    ['held', HELD],
    ['released', RELEASED],
    ['unknown', UNKNOWN],
  ])('%s is passed on as it came, and so is the answer', async (_name, request) => {
    using msc = await GsupClient.open(address)
    expect(await msc.ask(request)).toBe(ACK)
    expect(hlr.all).toContain(request)
  })

  test('is sighted where it is listed, and counted in any case', async () => {
    using msc = await GsupClient.open(address)
    const imeisv = gsup(`30 ${IMSI} 50 09 08 0001711000001024 ${CLASS}`)
    for (const request of [imeisv, HELD, RELEASED, UNKNOWN]) await msc.ask(request)
    expect(seen).toEqual([
      { imei14: '00101701000001', svn: '42', state: 'stolen', asker },
      { imei14: '00101701000002', svn: null, state: 'held', asker },
    ])
    expect(counters.of('msc-1').sums()).toMatchObject({ white: 1, grey: 1, black: 1, unknown: 1 })
  })

  test('of many asked at once gets its own answer, in the order of the HLR and of us', async () => {
    using msc = await GsupClient.open(address)
    msc.send([HELD, STOLEN, UNKNOWN, STOLEN, RELEASED].join(''))
    const answers: string[] = []
    while (answers.length < 5) answers.push(await msc.next())
    expect(answers.toSorted()).toEqual([ACK, ACK, ACK, NACK, NACK])
    expect(hlr.all.filter((frame) => frame.includes('ee0530'))).toEqual([HELD, UNKNOWN, RELEASED])
  })

  test('is refused wherever the stream is cut', async () => {
    using msc = await GsupClient.open(address)
    const stream = HELD + STOLEN
    for (let at = 2; at < stream.length; at += 2) {
      msc.send(stream.slice(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      msc.send(stream.slice(at))
      expect([await msc.next(), await msc.next()].toSorted()).toEqual([ACK, NACK])
    }
  })
})

describe('no verdict is neither a yes nor a no', () => {
  test('before the first snapshot nothing is answered, and nothing passed on', async () => {
    isReady = false
    using msc = await GsupClient.open(address)
    msc.send(STOLEN + UNKNOWN)
    expect(await msc.ask(PING)).toBe(PONG)
    expect(hlr.all.filter((frame) => frame.startsWith('0019ee'))).toEqual([])
    expect(counters.of('msc-1').of('failed')).toBe(2)
    isReady = true
    expect(await msc.ask(STOLEN)).toBe(NACK)
  })

  test('nor where the record of one phone is damaged; all others go on', async () => {
    const damaged = gsup(`30 ${IMSI} 50 08 07 00017110666666 ${CLASS}`)
    using msc = await GsupClient.open(address)
    msc.send(damaged)
    expect(await msc.ask(UNKNOWN)).toBe(ACK)
    expect(hlr.all).not.toContain(damaged)
    expect(counters.of('msc-1').of('failed')).toBe(1)
  })
})

describe('A92', () => {
  test('a request without a number gets what osmo-hlr answers, from us', async () => {
    using msc = await GsupClient.open(address)
    expect(await msc.ask(gsup(`30 ${IMSI} ${CLASS}`))).toBe(INVALID)
    expect(await msc.ask(gsup(`30 ${IMSI} 50 02 01 00 ${CLASS}`))).toBe(INVALID)
    expect(counters.of('msc-1').of('invalid')).toBe(2)
  })

  test('one that cannot be tied to anybody is dropped, as osmo-hlr does', async () => {
    using msc = await GsupClient.open(address)
    msc.send(gsup('30') + gsup(`30 50 08 07 00017110000010`) + gsup(`30 ${IMSI} 50 ff 07`))
    expect(await msc.ask(PING)).toBe(PONG)
    expect(hlr.all.filter((frame) => frame.includes('ee0530'))).toEqual([])
    expect(counters.of('msc-1').of('invalid')).toBe(3)
  })

  test('noise on one connection harms no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), async (noise) => {
        const hostile = await GsupClient.open(address, 'noise')
        hostile.socket.end(noise)
        await hostile.closed
      }),
    )
    using msc = await GsupClient.open(address)
    expect(await msc.ask(STOLEN)).toBe(NACK)
  })
})

describe('everything else', () => {
  test('each client speaks to the HLR under its own name, over a connection of its own', async () => {
    using one = await GsupClient.open(address, 'msc-1')
    using other = await GsupClient.open(address, 'sgsn-7')
    await Promise.all([one.ask(PING), other.ask(PING)])
    const sent = (name: string) => [identity(name), ipa('fe', '06'), PING]
    expect(hlr.received).toEqual([sent('msc-1'), sent('sgsn-7')])
  })

  test('passes both ways as it is', async () => {
    using msc = await GsupClient.open(address)
    const others = fc
      .tuple(fc.constantFrom('00', 'ee', 'fd'), fc.uint8Array({ minLength: 1, maxLength: 3_000 }))
      .map(([protocol, payload]) => ipa(protocol, Buffer.from(payload).toString('hex')))
      .filter((frame) => !frame.startsWith('ee0530', 4))
    await fc.assert(
      fc.asyncProperty(others, async (frame) => {
        expect(await msc.ask(frame)).toBe(frame) // the small HLR gives it back
        expect(hlr.all.at(-1)).toBe(frame)
      }),
    )
    expect(counters.all().size).toBe(0)
  })

  test('the HLR gone, its clients are cut off; away from the start likewise', async () => {
    using msc = await GsupClient.open(address)
    hlr.cut()
    await msc.closed
    await hlr[Symbol.asyncDispose]()
    using late = new GsupClient(address)
    expect(await late.next()).toBe('closed')
    hlr = await SmallHlr.start()
  })

  test('a client gone, its connection to the HLR is closed', async () => {
    const msc = await GsupClient.open(address)
    const [socket] = [...hlr.sockets]
    msc[Symbol.dispose]()
    await once(socket!, 'close')
    expect(hlr.sockets.size).toBe(0)
  })
})

describe('A36 who may ask', () => {
  const closed = async (client: GsupClient) => {
    using one = client
    await one.closed
  }

  test('an address that is no peer gets nothing, and the HLR is not called', async () => {
    await restart([{ address: '127.0.0.2', asker }])
    await closed(new GsupClient(address))
    expect(hlr.received).toEqual([])
    using msc = await GsupClient.open({ ...address, localAddress: '127.0.0.2' })
    expect(await msc.ask(STOLEN)).toBe(NACK)
  })

  test('nor does a name that is none, and the HLR does not hear it', async () => {
    await restart([{ name: 'msc-1', asker }])
    const stranger = new GsupClient(address)
    await stranger.next()
    stranger.send(identity('msc-2') + STOLEN)
    await closed(stranger)
    expect(hlr.all).toEqual([])
  })

  test('both must fit where both are given', async () => {
    await restart([
      { address: '127.0.0.2', name: 'msc-1', asker },
      { address: '127.0.0.1', name: 'msc-2', asker: { ...asker, peer: 'msc-2' } },
    ])
    const wrong = new GsupClient(address)
    wrong.send(identity('msc-1'))
    await closed(wrong)
    using msc = await GsupClient.open(address, 'msc-2')
    await msc.ask(UNKNOWN)
    expect(counters.of('msc-2').received).toBe(1)
  })

  test('a message before a name ends it', async () => {
    const hasty = new GsupClient(address)
    hasty.send(STOLEN)
    await closed(hasty)
    expect(counters.all().size).toBe(0)
  })

  test('a second name, of another peer, ends it', async () => {
    await restart([
      { name: 'msc-1', asker },
      { name: 'msc-2', asker: { ...asker, peer: 'msc-2' } },
    ])
    const msc = await GsupClient.open(address)
    msc.send(identity('msc-1') + identity('msc-2'))
    await closed(msc)
    expect(hlr.all).not.toContain(identity('msc-2'))
  })

  test('a peer is named by something', async () => {
    await expect(restart([{ asker }])).rejects.toMatchObject({ code: 'config' })
    await start()
  })
})

describe('bounds', () => {
  const MEGABYTE = Buffer.alloc(1_048_576)
  for (let at = 0; at < MEGABYTE.length; at += 16_384) MEGABYTE.set([0x3f, 0xfd, 0xfd], at)
  const MEGABYTES = 64

  async function flood(from: GsupClient['socket'], to: GsupClient['socket']) {
    to.pause()
    let taken = 0
    const pump = () =>
      from.write(MEGABYTE, () => {
        taken++
        if (taken < MEGABYTES) pump()
      })
    pump()
    // Without a bound all of it would be taken from the sender; buffers of the system hold a part.
    for (let still = 0, before = 0; still < 20; still++, before = taken) {
      await delay(20)
      if (taken !== before) still = 0
    }
    expect(taken).toBeLessThan(MEGABYTES)
    let arrived = 0
    to.on('data', (chunk) => (arrived += chunk.length))
    to.resume()
    await vi.waitFor(() => expect(arrived).toBe(MEGABYTES * MEGABYTE.length), { timeout: 60_000 })
  }

  test('a client that does not read is not read for, and gets everything in the end', async () => {
    using msc = await GsupClient.open(address)
    const [socket] = [...hlr.sockets]
    msc.socket.removeAllListeners('data')
    await flood(socket!, msc.socket)
  })

  test('nor an HLR that does not', async () => {
    using msc = await GsupClient.open(address)
    const [socket] = [...hlr.sockets]
    socket!.removeAllListeners('data')
    await flood(msc.socket, socket!)
  })

  test('who gives no name within ten seconds is cut off', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      using silent = new GsupClient(address)
      await silent.next() // the HLR has asked, so the time runs
      vi.advanceTimersByTime(10_000)
      await silent.closed
    } finally {
      vi.useRealTimers()
    }
  })
})

test('A72: a crowd without a name displaces itself, never a peer, and keeps none out', async () => {
  using msc = await GsupClient.open(address)
  const crowd = Array.from({ length: 300 }, () => new GsupClient(address))
  await Promise.all(crowd.slice(0, 44).map(({ closed }) => closed))
  using next = await GsupClient.open(address)
  for (const one of [msc, next]) expect(await one.ask(STOLEN)).toBe(NACK)
  for (const one of crowd) one[Symbol.dispose]()
})

test('A72: where all places are taken by peers, the next is closed', async () => {
  const peers = await Promise.all(Array.from({ length: 256 }, () => GsupClient.open(address)))
  const next = new GsupClient(address)
  await next.closed
  expect(await peers[0]!.ask(STOLEN)).toBe(NACK)
  for (const one of peers) one[Symbol.dispose]()
})
