import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import type { Signer } from '../../src/core/index.ts'
import { signedHeader } from '../../src/host/index.ts'
import { FEED_LIMITS } from '../../src/registry/feed/hub.ts'
import { ManySockets, tooFewFiles } from '../many-sockets.ts'
import { N5gEdge, STOLEN } from '../n5g-edge.ts'
import { PREFACE } from '../raw-h2.ts'
import { S13Edge } from '../s13-edge.ts'
import { S13Peer, encodeCer, encodeEcr, said } from '../s13-peer.ts'
import { World } from '../world.ts'

const MANY = 10_000
const EXCESS = 500
/** What one connection may cost while it is there, and what all may leave behind when they are gone. */
const MOST_BYTES = 100_000
const MOST_LEFT_BYTES = 20_000_000
/** Twenty thousand ends of connections on two cores. */
const PATIENCE_MS = 300_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Of the heap, after everything that is over has been collected. */
function heldBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** Sooner than the test's own end, whose message names no number and leaves the crowd standing. */
const eventually = (assertion: () => void | Promise<void>) =>
  vi.waitFor(assertion, { timeout: PATIENCE_MS / 4, interval: 20 })

/** Every reader signs a request of its own: one that was made before counts for nothing. */
function asks(world: World, last: number, signers: readonly Signer[], count: number): string[] {
  const url = new URL(`${world.registryUrl}/v1/feed`)
  return Array.from({ length: count }, (_, i) => {
    const line = { method: 'GET', url, body: '', key: '' }
    const authorization = signedHeader(line, signers[i % signers.length]!)
    const head = `GET /v1/feed HTTP/1.1\r\nhost: ${url.host}\r\nlast-event-id: ${last}\r\n`
    return Buffer.from(`${head}authorization: ${authorization}\r\n\r\n`).toString('base64')
  })
}

// In CI nothing is skipped: there it fails, with the reason.
const why = process.env['CI'] === undefined ? tooFewFiles() : ''
describe.skipIf(why !== '')(`a crowd ${why}`, () => {
  test(
    'A73: 10,000 registers come back to the feed at once; a phone is locked meanwhile; more get 503',
    { timeout: PATIENCE_MS },
    async () => {
      await using world = await World.boot({ operators: 6 })
      const [locked, later] = await world.enrol(2)
      await world.settle()
      const { hub, context } = world.running
      const signers = world.founding.operators.slice(1).map(({ signer }) => signer)
      const size = context.sequencer.published.newest!.checkpoint.size
      const port = Number(new URL(world.registryUrl).port)
      // The world's own register and status signer are there before them.
      const here = hub.readers
      await using crowd = await ManySockets.start()

      const memory = process.memoryUsage().rss
      const read = hub.queries
      const send = asks(world, size - 3, signers, MANY)
      const dialled = crowd.dial({ port, sockets: MANY, send, awaits: `\nid: ${size + 1}\n` })
      await world.lock({ imei: locked!.imei })
      await dialled
      await world.audit()
      await eventually(() =>
        expect(hub).toMatchObject({ readers: FEED_LIMITS.readers, refused: here }),
      )
      // Of two pages, while they were coming and the log grew: one after the other, and not 10,000.
      expect(hub.queries - read).toBeLessThan(200)
      expect(process.memoryUsage().rss - memory).toBeLessThan(MANY * MOST_BYTES)
      const more = asks(world, size - 1, signers, EXCESS)
      await crowd.dial({ port, sockets: EXCESS, send: more })
      const refused = here + EXCESS
      await eventually(() => expect(hub).toMatchObject({ readers: FEED_LIMITS.readers, refused }))

      await world.lock({ imei: later!.imei })
      await world.audit()
      const heads = { 'HTTP/1.1 200': MANY - here, 'HTTP/1.1 503': refused }
      await eventually(async () =>
        expect(await crowd.counts()).toMatchObject({ seen: MANY - here, heads }),
      )
      expect(hub.cut).toBe(0)

      await crowd.leave()
      await world.until(() => hub.readers === here)
      await world.audit()
    },
  )

  test(
    'A72: 10,500 connections to N5g: an AMF gets every answer, the excess displaces itself',
    { timeout: PATIENCE_MS },
    async () => {
      await using edge = await N5gEdge.start({ limits: { firstQuestionMs: PATIENCE_MS } })
      await using client = edge.client()
      const ask = async () => (await client.check(STOLEN)).json['status']
      expect(await ask()).toBe('BLACKLISTED')
      const [held, memory] = [heldBytes(), process.memoryUsage().rss]
      await using crowd = await ManySockets.start()
      const { port } = edge
      const dialled = crowd.dial({
        port,
        sockets: MANY + EXCESS,
        send: [PREFACE.toString('base64')],
      })
      let asked = 1
      for (let isOver = false; !isOver; asked++) {
        isOver = await Promise.race([dialled.then(() => true), wait(10, false)])
        expect(await ask()).toBe('BLACKLISTED')
      }
      const ended = 1 + EXCESS
      await eventually(() =>
        expect(edge.server.sessions).toEqual({ accepted: MANY + ended, ended, open: MANY }),
      )
      expect((await crowd.counts()).open).toBeLessThan(MANY + EXCESS)
      await using late = edge.client()
      expect(await late.check(STOLEN)).toMatchObject({ status: 200 })
      expect(process.memoryUsage().rss - memory).toBeLessThan(MANY * MOST_BYTES)
      await crowd.leave()
      await eventually(() => expect(edge.server.sessions.open).toBe(2))
      expect(await ask()).toBe('BLACKLISTED')
      expect(edge.counters.of('127.0.0.1').of('stolen')).toBe(asked + 2)
      await eventually(() => expect(heldBytes() - held).toBeLessThan(MOST_LEFT_BYTES))
    },
  )

  test(
    'A72: 10,000 connections to S13: an MME gets every answer, and another one gets in',
    { timeout: PATIENCE_MS },
    async () => {
      await using edge = await S13Edge.start()
      const { port } = edge
      const mme = await S13Peer.open(port)
      const held = heldBytes()
      await using crowd = await ManySockets.start()
      const address = '127.0.0.9' // not where a peer dials from
      const dialled = crowd.dial({ port, sockets: MANY, address })
      let asked = 0
      for (let isOver = false; !isOver; asked++) {
        isOver = await Promise.race([dialled.then(() => true), wait(10, false)])
        expect(said((await mme.ask(encodeEcr()))!).status).toBe(1)
      }
      await eventually(() => expect(edge.server.base.of('displaced')).toBe(MANY - 256))
      await mme[Symbol.asyncDispose]()
      await eventually(() => expect(edge.server.connected()).toEqual([]))
      const again = await S13Peer.dial(port)
      expect(said((await again.ask(encodeCer()))!).result).toBe(2001)
      await crowd.leave()
      expect(said((await again.ask(encodeEcr()))!).status).toBe(1)
      expect(edge.counters.of('stolen')).toBe(asked + 1)
      await eventually(() => expect(heldBytes() - held).toBeLessThan(MOST_LEFT_BYTES))
      await again[Symbol.asyncDispose]()
    },
  )
})
