import { connect, constants, type ClientHttp2Session } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CertificateAuthority } from '../../../test/certificates.ts'
import { N5gClient } from '../../../test/n5g-client.ts'
import { N5gEdge, PATH, STOLEN } from '../../../test/n5g-edge.ts'
import { PREFACE, RawConnection, frame } from '../../../test/raw-h2.ts'
import { Refusal } from '../../core/index.ts'

let edge: N5gEdge
afterEach(async () => {
  expect(edge.counters.isBalanced).toBe(true)
  await edge[Symbol.asyncDispose]()
})

const own = () => edge.counters.of('127.0.0.1')
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 8_000 })

/** Opened and accepted: the other side's SETTINGS have come. */
async function session(settings: object = {}): Promise<ClientHttp2Session> {
  const opened = connect(edge.server.url, { settings })
  opened.on('error', () => undefined)
  await new Promise((resolve) => opened.once('remoteSettings', resolve))
  return opened
}

const ended = (opened: ClientHttp2Session) =>
  eventually(() => expect(opened.closed || opened.destroyed).toBe(true))

describe('A72: a peer too fast', () => {
  test('gets 429 and when to come back; the others get their answers', async () => {
    edge = await N5gEdge.start({ host: '::', limits: { perPeerPerSecond: 3 } })
    await using fast = new N5gClient(`http://127.0.0.1:${edge.port}`)
    await using other = new N5gClient(`http://[::1]:${edge.port}`)
    const ask = async () => (await fast.check(STOLEN)).status
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([200, 200, 200, 429])
    expect(await fast.check(STOLEN)).toMatchObject({
      status: 429,
      json: { status: 429, cause: 'NF_CONGESTION_RISK' },
      headers: { 'retry-after': '1', 'cache-control': 'no-store' },
    })
    expect(await other.check(STOLEN)).toMatchObject({ status: 200 })
    expect([own().of('stolen'), own().of('overloaded')]).toEqual([3, 2])
    expect(edge.counters.of('::1').of('stolen')).toBe(1)
    edge.now += 334
    expect([await ask(), await ask()]).toEqual([200, 429])
    edge.now -= 3_600_000 // the machine's clock is put back
    expect(await ask()).toBe(429)
    edge.now += 60_000
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([200, 200, 200, 429])
  })

  test('by default nobody is', async () => {
    edge = await N5gEdge.start()
    await using client = edge.client()
    const answers = await Promise.all(Array.from({ length: 3_000 }, () => client.check(STOLEN)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe('overloaded', () => {
  const congestion = {
    status: 503,
    json: { status: 503, cause: 'NF_CONGESTION' },
    headers: { 'retry-after': '1' },
  }

  test('all together too fast is 503', async () => {
    edge = await N5gEdge.start({ limits: { perSecond: 1 } })
    await using client = edge.client()
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    expect(await client.check(STOLEN)).toMatchObject(congestion)
    expect(own().of('overloaded')).toBe(1)
  })

  test('a judge that is too busy is 503', async () => {
    const judge = () => {
      throw new Refusal('rate-limited', 'too busy')
    }
    edge = await N5gEdge.start({ judge })
    await using client = edge.client()
    expect(await client.check(STOLEN)).toMatchObject(congestion)
    expect(own().of('overloaded')).toBe(1)
  })
})

describe('connections', () => {
  test('a crowd of silent ones displaces each other, never one that asks', async () => {
    edge = await N5gEdge.start({ limits: { connections: 3 } })
    await using client = edge.client()
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    for (let i = 0; i < 5; i++) {
      const crowd = [await session(), await session(), await session()]
      await ended(crowd[0]!)
      expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    }
    expect(edge.server.sessions).toMatchObject({ accepted: 16, ended: 13, open: 3 })
    expect(client.session.closed).toBe(false)
  })

  test('where all have asked, the one that has not for longest makes room', async () => {
    edge = await N5gEdge.start({ limits: { connections: 2 } })
    const [rests, asks] = [edge.client(), edge.client()]
    await rests.check(STOLEN)
    for (let i = 0; i < 5; i++) {
      expect(await asks.check(STOLEN)).toMatchObject({ status: 200 })
      await using next = edge.client()
      expect(await next.check(STOLEN)).toMatchObject({ status: 200 })
      expect(asks.session.closed).toBe(false)
    }
    await ended(rests.session)
    asks.session.destroy()
  })

  test('one that says nothing is closed, in HTTP/2 or not', async () => {
    edge = await N5gEdge.start({ limits: { firstQuestionMs: 50 } })
    const goaway = new Promise<number>((resolve) => {
      void session().then((opened) => opened.once('goaway', resolve))
    })
    const mute = connectTcp(edge.port, '127.0.0.1')
    const closed = new Promise((resolve) => mute.once('close', resolve))
    mute.resume()
    expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR)
    await closed
    await eventually(() => expect(edge.server.sessions).toMatchObject({ open: 0, ended: 2 }))
  })

  test('one that has asked may be silent for as long as that takes, and then is closed too', async () => {
    edge = await N5gEdge.start({ limits: { firstQuestionMs: 600_000, idleMs: 50 } })
    const [client, silent] = [edge.client(), await session()]
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    await ended(client.session)
    expect(silent.closed).toBe(false)
    silent.destroy()
  })

  test('whoever does not read its answers is cut off at the close', async () => {
    edge = await N5gEdge.start()
    const slow = await session({ initialWindowSize: 0 })
    for (let i = 0; i < 10; i++)
      slow.request({ ':path': PATH + STOLEN }).on('error', () => undefined)
    await eventually(() => expect(own().of('stolen')).toBe(10))
    await edge.server.close()
    await ended(slow)
  })

  test('and so is whoever does not finish its TLS handshake', async () => {
    const tls = { ...new CertificateAuthority('ca.example').certify('localhost'), clientCa: null }
    edge = await N5gEdge.start({ tls })
    const mute = connectTcp(edge.port, '127.0.0.1').on('error', () => undefined)
    mute.resume()
    await new Promise((resolve) => mute.once('connect', resolve))
    await new Promise((resolve) => setImmediate(resolve))
    await edge.server.close()
    await eventually(() => expect(mute.closed).toBe(true))
  })
})

describe('hostile sessions', () => {
  test('CVE-2023-44487: opening and resetting without end is ended; others go on', async () => {
    edge = await N5gEdge.start()
    await using client = edge.client()
    const rapid = await session()
    let opened = 0
    while (!rapid.destroyed && !rapid.closed && opened < 20_000) {
      for (let i = 0; i < 50 && !rapid.destroyed && !rapid.closed; i++, opened++) {
        const stream = rapid.request({ ':path': PATH + STOLEN })
        stream.on('error', () => undefined)
        stream.close(constants.NGHTTP2_CANCEL)
      }
      await new Promise(setImmediate)
    }
    await ended(rapid)
    expect(opened).toBeLessThan(20_000)
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
  })

  test('more than a thousand questions at once wait or are turned away, none is half answered', async () => {
    edge = await N5gEdge.start()
    await using client = edge.client()
    const all = await Promise.allSettled(Array.from({ length: 2_500 }, () => client.check(STOLEN)))
    const answered = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(new Set(answered.map(({ json }) => json['status']))).toEqual(new Set(['BLACKLISTED']))
    expect(own().of('stolen')).toBe(answered.length)
  })

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['fields', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'y']))],
    ['bytes', { 'x-long': 'y'.repeat(60_000) }],
  ])('too many header %s get no verdict, and harm nobody else', async (_, headers) => {
    edge = await N5gEdge.start()
    await using client = edge.client()
    const hostile = new N5gClient(edge.server.url)
    expect(await hostile.check(STOLEN)).toMatchObject({ status: 200 }) // it knows our settings now
    const answer = await hostile.request({ ':path': PATH + STOLEN, ...headers }).catch(() => null)
    expect(answer?.json['status']).toBeUndefined()
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    hostile.session.destroy()
  })

  test.each([
    [7_000, 200],
    [9_000, 431],
    [30_000, 431],
  ])('A92: 2 × %i bytes of header before a peer knows our limit: %i', async (length, status) => {
    edge = await N5gEdge.start()
    await using first = new N5gClient(edge.server.url)
    const more = { 'x-one': 'y'.repeat(length), 'x-two': 'y'.repeat(length) }
    const said = status === 200 ? 'BLACKLISTED' : status
    const answer = await first.request({ ':path': PATH + STOLEN, ...more })
    expect(answer).toMatchObject({ status, json: { status: said } })
    expect(own().of('stolen') + own().of('invalid')).toBe(1)
  })

  test('A92: and one that never says that it knows it', async () => {
    edge = await N5gEdge.start()
    const raw = await RawConnection.open(edge.port)
    const more = { 'x-one': 'y'.repeat(9_000), 'x-two': 'y'.repeat(9_000) }
    for (const stream of [1, 3, 5]) raw.get(PATH + STOLEN, { stream, more })
    raw.get(PATH + STOLEN, { stream: 7 })
    await eventually(() => expect([own().of('invalid'), own().of('stolen')]).toEqual([3, 1]))
    await eventually(() => expect(raw.has('BLACKLISTED')).toBe(true))
    raw.close()
  })

  test('A92: any bytes end the connection or are waited for, never the server', async () => {
    edge = await N5gEdge.start({ limits: { firstQuestionMs: 500 } })
    const frames = fc.tuple(fc.nat(12), fc.nat(255), fc.nat(5), fc.uint8Array({ maxLength: 80 }))
    const all = fc.sample(fc.tuple(fc.boolean(), fc.array(frames), fc.uint8Array()), 200)
    await Promise.all(
      all.map(async ([hasPreface, some, end]) => {
        const socket = connectTcp(edge.port, '127.0.0.1')
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.on('error', () => undefined).resume()
        if (hasPreface) socket.write(PREFACE)
        for (const [type, flags, stream, payload] of some)
          socket.write(frame(type, flags, stream, payload))
        socket.end(end)
        await closed
      }),
    )
    await using client = edge.client()
    expect(await client.check(STOLEN)).toMatchObject({ status: 200 })
    expect(own().received).toBe(own().of('stolen') + own().of('invalid'))
  })
})
