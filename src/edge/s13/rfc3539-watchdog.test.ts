import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  S13Peer,
  encodeBase,
  encodeBaseAnswer,
  encodeDpr,
  encodeDwr,
  encodeEcr,
  said,
} from '../../../test/s13-peer.ts'
import { S13Edge } from '../../../test/s13-edge.ts'

let edge: S13Edge
let mme: S13Peer

beforeEach(async () => {
  edge = await S13Edge.start()
  mme = await S13Peer.open(edge.port)
})
afterEach(async () => {
  expect(edge.peers.isBalanced).toBe(true)
  await mme[Symbol.asyncDispose]()
  await edge[Symbol.asyncDispose]()
})

/** Longer than Tw, shorter than two of them. */
const TW_MS = 32_000

describe('our own watchdog', () => {
  test('after 30 s of silence, give or take two; its answer is life', async () => {
    const [lengthMs] = edge.alarms.lengthsMs
    expect(Math.abs(lengthMs! - 30_000)).toBeLessThanOrEqual(2_000)
    edge.alarms.pass(27_999)
    expect(edge.server.base.of('watchdogs_sent')).toBe(0)
    for (let i = 0; i < 5; i++) {
      edge.alarms.pass(TW_MS)
      const request = (await mme.next())!
      expect(request).toMatchObject({ flags: 0x80, command: 280, application: 0 })
      expect(request.avps.map(({ code }) => code)).toEqual([264, 296, 278])
      mme.send(encodeBaseAnswer(request))
      await mme.ask(encodeDwr())
    }
    expect(edge.server.connected()).toEqual(['mme.example'])
    expect(edge.server.base.of('stray_answers')).toBe(0)
  })

  test('checks are life, too', async () => {
    for (let i = 0; i < 10; i++) {
      edge.alarms.pass(20_000)
      expect(said((await mme.ask(encodeEcr()))!).status).toBe(1)
    }
    expect(edge.server.base.of('watchdogs_sent')).toBe(0)
  })

  test('no answer: suspect after Tw, ended after another', async () => {
    edge.alarms.pass(TW_MS)
    await mme.next()
    edge.alarms.pass(TW_MS)
    expect(edge.server.connected()).toEqual(['mme.example'])
    edge.alarms.pass(TW_MS)
    expect(edge.server.connected()).toEqual([])
    expect(await mme.next()).toBeNull()
    expect(edge.server.base.of('watchdogs_sent')).toBe(1)
  })

  test('a suspect that speaks again is none', async () => {
    edge.alarms.pass(TW_MS)
    const request = (await mme.next())!
    edge.alarms.pass(TW_MS)
    expect(said((await mme.ask(encodeDwr()))!).result).toBe(2001)
    mme.send(encodeBaseAnswer(request))
    await mme.ask(encodeEcr())
    edge.alarms.pass(TW_MS)
    expect(await mme.next()).toMatchObject({ flags: 0x80, command: 280 })
    expect(edge.server.connected()).toEqual(['mme.example'])
  })

  test('below 6 s is a wrong setting', async () => {
    await expect(S13Edge.start({ watchdogMs: 5_999 })).rejects.toMatchObject({ code: 'config' })
  })
})

describe('DWR', () => {
  test('is answered at once: open, suspect, and after either goodbye', async () => {
    const isAnswered = async () => {
      const answer = await mme.ask(encodeDwr())
      expect(answer).toMatchObject({ flags: 0, command: 280, hopByHop: 1, endToEnd: 2 })
      expect(said(answer!).result).toBe(2001)
    }
    await isAnswered()
    edge.alarms.pass(TW_MS)
    await mme.next()
    edge.alarms.pass(TW_MS)
    await isAnswered()
    await mme.ask(encodeDpr())
    await isAnswered()
  })

  test('with the E bit is 3008', async () => {
    expect(said((await mme.ask(encodeBase(280, [], 0xa0)))!).result).toBe(3008)
  })
})

describe('goodbye', () => {
  test('of the peer: DPA, and the peer closes', async () => {
    const answer = (await mme.ask(encodeDpr()))!
    expect(answer).toMatchObject({ flags: 0, command: 282, hopByHop: 1, endToEnd: 2 })
    expect(said(answer).result).toBe(2001)
    expect(edge.server.connected()).toEqual([])
    mme.socket.end()
    await mme.closed
    expect(edge.server.base.of('cut')).toBe(0)
  })

  test('of a peer that then stays: five seconds', async () => {
    await mme.ask(encodeDpr())
    edge.alarms.pass(5_000)
    expect(await mme.next()).toBeNull()
  })

  test('ours: DPR with cause 0, and the end once it is answered', async () => {
    const closed = edge.server.close()
    const request = (await mme.next())!
    expect(request).toMatchObject({ flags: 0x80, command: 282, application: 0 })
    expect(request.avps.find(({ code }) => code === 273)!.data.readUInt32BE()).toBe(0)
    expect(said((await mme.ask(encodeDwr()))!).result).toBe(2001)
    mme.send(encodeBaseAnswer(request))
    await closed
    expect(await mme.next()).toBeNull()
    expect(edge.server.base.of('cut')).toBe(0)
  })

  test('ours, not answered: five seconds', async () => {
    const closed = edge.server.close()
    await mme.next()
    edge.alarms.pass(4_999)
    expect(said((await mme.ask(encodeEcr()))!).status).toBe(1)
    edge.alarms.pass(1)
    await closed
  })

  test('both at once', async () => {
    const closed = edge.server.close()
    const request = (await mme.next())!
    mme.send(encodeDpr(), encodeBaseAnswer(request))
    expect(await mme.next()).toMatchObject({ flags: 0, command: 282 })
    await closed
  })

  test('under load no check is lost', async () => {
    const send = (from: number) =>
      mme.send(...Array.from({ length: 2_000 }, (_, i) => encodeEcr({ hopByHop: from + i })))
    send(0)
    const answered = new Set([(await mme.next())!.hopByHop])
    const closed = edge.server.close()
    send(2_000)
    for (let message = await mme.next(); message; message = await mme.next())
      if (message.command === 282) mme.send(encodeBaseAnswer(message))
      else answered.add(message.hopByHop)
    await closed
    expect(answered.size).toBe(4_000)
    expect(edge.counters.of('stolen')).toBe(4_000)
  })

  test('to whoever has not said a name: none', async () => {
    const stranger = await S13Peer.dial(edge.port)
    await mme.ask(encodeDpr())
    mme.socket.end()
    await edge.server.close()
    expect(await stranger.next()).toBeNull()
  })
})

describe('what nobody asked for', () => {
  test('stray answers are counted and nothing else', async () => {
    mme.send(encodeBase(280, [], 0), encodeBase(257, [], 0), encodeEcr({ flags: 0x40 }))
    mme.send(encodeBase(282, [], 0))
    expect(said((await mme.ask(encodeEcr()))!).status).toBe(1)
    const counted = [...edge.server.base.all()].filter(([, count]) => count > 0)
    expect(counted).toEqual([
      ['opened', 1],
      ['stray_answers', 4],
    ])
    expect(edge.counters.received).toBe(1)
  })
})

describe('a slow reader', () => {
  const asked = 40_000
  /** So that no kernel buffer holds them all. */
  const LONG = 'x'.repeat(600)
  const within = { timeout: 60_000 }
  const load = () => {
    for (let i = 0; i < asked; i += 1_000)
      mme.send(
        ...Array.from({ length: 1_000 }, (_, j) => encodeEcr({ hopByHop: i + j, session: LONG })),
      )
  }

  test('loses nothing', async () => {
    mme.socket.pause()
    load()
    await expect.poll(() => edge.counters.received, within).toBeGreaterThan(0)
    mme.socket.resume()
    for (let i = 0; i < asked; i++) expect((await mme.next())!.hopByHop).toBe(i)
    expect(edge.counters.of('stolen')).toBe(asked)
  })

  test('that never reads again is ended by the watchdog', async () => {
    mme.socket.pause()
    load()
    const connected = () => {
      edge.alarms.pass(TW_MS)
      return edge.server.connected()
    }
    await expect.poll(connected, within).toEqual([])
    expect(edge.counters.received).toBeLessThan(asked)
  })
})
