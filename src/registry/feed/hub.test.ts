import { IncomingMessage, ServerResponse, createServer, type Server } from 'node:http'
import { Socket, connect, type AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench, quiet } from '../../../test/log-bench.ts'
import type { Refusal } from '../../core/index.ts'
import { RING_LEAVES } from '../../wire/index.ts'
import type { Sequencer } from '../log/sequencer.ts'
import { FEED_LIMITS, FeedHub, type FeedLimits } from './hub.ts'

/** A log with a hub behind a real server, and readers of it. */
class Stand implements AsyncDisposable {
  readonly bench: LogBench
  readonly hub: FeedHub
  readonly #server: Server
  readonly #stop = new AbortController()

  private constructor(bench: LogBench, limits: Partial<FeedLimits>) {
    this.bench = bench
    this.hub = new FeedHub(bench.database.db, quiet, { ...FEED_LIMITS, ...limits })
    this.#server = createServer((request, response) => {
      const last = request.headers['last-event-id']
      const operator = request.headers.from ?? 'zz.operator'
      try {
        this.hub.attach(response, last === undefined ? null : Number(last), operator)
      } catch (error) {
        response.writeHead(500).end((error as Refusal).code)
      }
    })
  }

  static async make(bench: LogBench, limits: Partial<FeedLimits> = {}): Promise<Stand> {
    const stand = new Stand(bench, limits)
    await new Promise<void>((resolve) => stand.#server.listen(0, '127.0.0.1', resolve))
    return stand
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** A sequencer that tells this hub. */
  open(): Promise<Sequencer> {
    return this.bench.open({ onPublished: (now, accepted) => this.hub.publish(now, accepted) })
  }

  async read(
    last: number | null,
    operator?: string,
  ): Promise<AsyncGenerator<EventSourceMessage, undefined>> {
    const headers = {
      ...(last !== null && { 'last-event-id': String(last) }),
      ...(operator !== undefined && { from: operator }),
    }
    const { signal } = this.#stop
    const response = await fetch(`http://127.0.0.1:${this.port}`, { headers, signal })
    if (!response.ok) throw new Error(await response.text())
    return events(response, signal)
  }

  /** A reader that never reads. */
  async deaf(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nhost: feed\r\n\r\n')
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.hub.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Takes the response, not its body: a response that nobody holds takes an unread body with it. */
async function* events(response: Response, stop: AbortSignal) {
  const parsed = response
    .body!.pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(new EventSourceParserStream())
  try {
    for await (const message of parsed as unknown as AsyncIterable<EventSourceMessage>)
      yield message
  } catch (error) {
    if (!stop.aborted) throw error
  }
  return undefined
}

/** What is needed to tell an order of events: ids of entries, sizes of checkpoints. */
async function next(feed: AsyncGenerator<EventSourceMessage>, count: number): Promise<string[]> {
  const seen: string[] = []
  while (seen.length < count) {
    const { value, done } = await feed.next()
    if (done === true) throw new Error('the feed ended')
    const { note } = JSON.parse((value as EventSourceMessage).data) as { note?: string }
    const { id, event } = value as EventSourceMessage
    seen.push(event === 'checkpoint' ? `tree ${note!.split('\n')[1]}` : `leaf ${id}`)
  }
  return seen
}

/** All news up to this; a tree that was said before may be said again, with fresh cosignatures. */
async function upTo(feed: AsyncGenerator<EventSourceMessage>, last: string): Promise<string[]> {
  const news: string[] = []
  while (news.at(-1) !== last) {
    const [event] = await next(feed, 1)
    const isNews = event!.startsWith('leaf') || news.length > 0
    if (isNews) news.push(event!)
  }
  return news
}

const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `leaf ${from + i}`)

describeOnEachEngine('the feed', (open) => {
  test('from the beginning: every leaf once and in order, then the checkpoint, then what comes', async () => {
    await using bench = await LogBench.make(await open(), 300)
    await using stand = await Stand.make(bench)
    const sequencer = await stand.open()
    const feed = await stand.read(null)
    expect(await next(feed, 301)).toEqual([...leaves(0, 300), 'tree 300'])
    await Promise.all(bench.holds(3).map((hold) => sequencer.submit(hold)))
    expect(await next(feed, 4)).toEqual([...leaves(300, 303), 'tree 303'])
    await sequencer.submit(bench.hold())
    expect(await next(feed, 2)).toEqual(['leaf 303', 'tree 304'])
  })

  test('behind the last leaf a reader has, leaf 0 among them; only the checkpoint where it has all', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench)
    await stand.open()
    expect(await next(await stand.read(0), 20)).toEqual([...leaves(1, 20), 'tree 20'])
    expect(await next(await stand.read(17), 3)).toEqual([...leaves(18, 20), 'tree 20'])
    expect(await next(await stand.read(19), 1)).toEqual(['tree 20'])
  })

  test('A73, A87: beyond the log is an accusation, far behind it is a matter for the snapshot', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench)
    const sequencer = await stand.open()
    await expect(stand.read(20)).rejects.toThrow('future-cursor')
    const { newest } = sequencer.published
    const grown = { ...newest!.checkpoint, size: RING_LEAVES + 10 }
    stand.hub.publish({ ...sequencer.published, newest: { ...newest!, checkpoint: grown } }, [])
    await expect(stand.read(8)).rejects.toThrow('cursor-too-old')
    await expect(stand.read(null)).rejects.toThrow('cursor-too-old')
    await stand.read(9)
  })

  test('entries that another process logged reach the readers here, before their checkpoint', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench)
    await stand.open()
    const feed = await stand.read(19)
    expect(await next(feed, 1)).toEqual(['tree 20'])
    const elsewhere = await bench.open()
    await Promise.all(bench.holds(2).map((hold) => elsewhere.submit(hold)))
    expect(await upTo(feed, 'tree 22')).toEqual(['leaf 20', 'leaf 21', 'tree 22'])
    await elsewhere.submit(bench.hold())
    expect(await upTo(feed, 'tree 23')).toEqual(['leaf 22', 'tree 23'])
  })

  test('a checkpoint with more lines than before comes again, without leaves', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench)
    const sequencer = await stand.open()
    const feed = await stand.read(19)
    expect(await next(feed, 1)).toEqual(['tree 20'])
    bench.now += 2_000 // the guardian's line is still missing: it is asked for again
    expect(await next(feed, 1)).toEqual(['tree 20'])
    expect(sequencer.halted).toBeNull()
  })

  test('A73: a reader that does not read is cut and counted; one that left is forgotten', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench)
    const sequencer = await stand.open()
    const good = await stand.read(19)
    await next(good, 1)
    const deaf = await stand.deaf()
    while (stand.hub.readers < 2) await wait(1)
    while (stand.hub.cut === 0) {
      for (let i = 0; i < 200; i++) stand.hub.publish(sequencer.published, [])
      await next(good, 200)
    }
    expect(stand.hub.cut).toBe(1)
    while (stand.hub.readers > 1) await wait(1)
    deaf.destroy()
    await sequencer.submit(bench.hold())
    const seen = await next(good, 2)
    expect(seen).toEqual(['leaf 20', 'tree 21'])
  })

  test('A73: a crowd that comes back shares one query for each page, and misses nothing', async () => {
    await using bench = await LogBench.make(await open(), 300)
    await using stand = await Stand.make(bench)
    const sequencer = await stand.open()
    const crowd = await Promise.all([...Array(50).keys()].map((i) => stand.read(230 + i)))
    const seen = await Promise.all(crowd.map((feed, i) => next(feed, 70 - i)))
    for (const [i, all] of seen.entries())
      expect(all).toEqual([...leaves(231 + i, 300), 'tree 300'])
    // Two pages, read again only where the machine was slower than they are kept.
    const { queries } = stand.hub
    expect(queries).toBeLessThan(20)
    await sequencer.submit(bench.hold())
    for (const feed of crowd) expect(await next(feed, 2)).toEqual(['leaf 300', 'tree 301'])
    expect(stand.hub.queries).toBe(queries)
  })

  test('A73: there are so many readers of one operator, and so many in all; whoever leaves makes room', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await using stand = await Stand.make(bench, { readers: 3, readersPerOperator: 2 })
    await stand.open()
    const leaving = await stand.deaf()
    while (stand.hub.readers < 1) await wait(1)
    await stand.read(19)
    await expect(stand.read(19)).rejects.toThrow('rate-limited')
    const other = await stand.read(19, 'zz.other')
    await next(other, 1)
    await expect(stand.read(19, 'zz.other')).rejects.toThrow('unavailable')
    expect(() => stand.hub.demandRoom()).toThrow(
      expect.objectContaining({ code: 'unavailable', facts: { retryAfterSeconds: 5 } }),
    )
    expect(stand.hub.refused).toBe(3)
    leaving.destroy()
    while (stand.hub.readers > 2) await wait(1)
    stand.hub.demandRoom()
    await next(await stand.read(19), 1)
  })

  test('A73: a reader that catches up and does not read is cut too', async () => {
    await using bench = await LogBench.make(await open(), 100)
    await using stand = await Stand.make(bench, { pageMs: 20 })
    await stand.open()
    const out = new ServerResponse(new IncomingMessage(new Socket()))
    // The other side's window is full and stays so.
    out.assignSocket(new Duplex({ read: () => {}, write: () => {} }) as Socket)
    stand.hub.attach(out, null, 'zz.operator')
    while (stand.hub.cut === 0) await wait(1)
    expect(out.destroyed).toBe(true)
    expect([stand.hub.cut, stand.hub.readers]).toEqual([1, 0])
  })
})
