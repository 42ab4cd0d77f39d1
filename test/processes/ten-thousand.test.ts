import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Signer } from '../../src/core/index.ts'
import { signedHeader } from '../../src/host/index.ts'
import { FEED_LIMITS } from '../../src/registry/feed/hub.ts'
import { ManySockets } from '../many-sockets.ts'
import { World } from '../world.ts'

const MANY = 10_000
const EXCESS = 500
/** What one connection may cost; it is a tenth of that, and the rest is for what else a process does. */
const MOST_BYTES = 100_000
/** Twenty thousand ends of connections on two cores. */
const PATIENCE_MS = 300_000

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
    await using crowd = await ManySockets.start()

    const memory = process.memoryUsage().rss
    const read = hub.queries
    const send = asks(world, size - 3, signers, MANY)
    const dialled = crowd.dial({ port, sockets: MANY, send, awaits: `\nid: ${size + 1}\n` })
    await world.lock({ imei: locked!.imei })
    await world.audit()
    await dialled
    // The world's own register was there before them.
    while (hub.readers < FEED_LIMITS.readers || hub.refused < 1) await wait(10)
    // Of two pages, while they were coming and the log grew: one after the other, and not 10,000.
    expect(hub.queries - read).toBeLessThan(200)
    expect(process.memoryUsage().rss - memory).toBeLessThan(MANY * MOST_BYTES)
    const more = asks(world, size - 1, signers, EXCESS)
    await crowd.dial({ port, sockets: EXCESS, send: more })
    while (hub.refused < 1 + EXCESS) await wait(10)
    expect(hub.readers).toBe(FEED_LIMITS.readers)

    await world.lock({ imei: later!.imei })
    await world.audit()
    let counts = await crowd.counts()
    while (counts.seen < MANY - 1) counts = await crowd.counts()
    expect(counts.heads).toEqual({ 'HTTP/1.1 200': MANY - 1, 'HTTP/1.1 503': 1 + EXCESS })
    expect(hub.cut).toBe(0)

    await crowd.leave()
    await world.until(() => hub.readers === 1)
    await world.audit()
  },
)
