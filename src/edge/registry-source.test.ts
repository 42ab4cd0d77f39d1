import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { generateEs256 } from '../host/index.ts'
import { HEARTBEAT, formatEvent } from '../wire/index.ts'
import { RegistryDoor } from './registry-door.ts'
import { RegistrySource } from './registry-source.ts'

let server: Server
let answer: (response: ServerResponse) => void
let source: RegistrySource

beforeEach(async () => {
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  source = new RegistrySource(
    new RegistryDoor({ url, signer: generateEs256().signer, clock: Date.now }),
  )
})
afterEach(() => {
  vi.useRealTimers()
  server.closeAllConnections()
  server.close()
})

const never = new AbortController().signal
const stream = { 'content-type': 'text/event-stream' }

test('a feed that falls silent for 15 s is given up, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  answer = (response) => void response.writeHead(200, stream).write(HEARTBEAT)
  const events = source.feed(null, never)
  expect((await events.next()).value).toEqual({ kind: 'connected' })
  let isOver = false
  const next = events.next().catch(() => (isOver = true))
  vi.advanceTimersByTime(14_000)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOver).toBe(false)
  vi.advanceTimersByTime(15_000)
  await next
  expect(isOver).toBe(true)
})

test.each([
  ['an event without end', `data: ${'x'.repeat(200_000)}`],
  ['an entry without an index', formatEvent('entry', { entry: '', opening: null })],
  ['an index beyond 2^53', formatEvent('entry', { entry: '', opening: null }, 2 ** 60)],
  ['an entry that is no base64', formatEvent('entry', { entry: '*', opening: null }, 0)],
  ['a checkpoint that is none', formatEvent('checkpoint', [])],
])('%s ends the feed', async (_, text) => {
  answer = (response) => void response.writeHead(200, stream).write(text)
  const events = source.feed(null, never)
  await events.next()
  await expect(events.next()).rejects.toThrow()
})

test('an event of a kind unknown to us is passed over', async () => {
  answer = (response) => {
    response.writeHead(200, stream)
    response.end(formatEvent('news', {}) + formatEvent('checkpoint', { note: 'n' }))
  }
  const events = source.feed(null, never)
  await events.next()
  expect((await events.next()).value).toEqual({ kind: 'checkpoint', note: 'n' })
  expect((await events.next()).done).toBe(true)
})

test.each([
  [410, 'cursor-too-old'],
  [409, 'future-cursor'],
  [500, 'unavailable'],
])('a feed that answers %i is %s', async (status, code) => {
  answer = (response) => void response.writeHead(status).end()
  await expect(source.feed(7, never).next()).rejects.toMatchObject({ code })
})

test.each([
  ['5', { retryAfterSeconds: 5 }],
  ['Fri, 27 Nov 2026 00:00:00 GMT', {}],
  ['-1', {}],
])('A73: a registry with enough readers says when to come back: %s', async (after, facts) => {
  answer = (response) => void response.writeHead(503, { 'retry-after': after }).end()
  const refusal = { code: 'unavailable', facts }
  await expect(source.feed(7, never).next()).rejects.toMatchObject(refusal)
  await expect(source.snapshot(0, never)).rejects.toMatchObject(refusal)
})

test.each([
  ['larger than any chunk', 'x'.repeat(9_000_000), 'too-large'],
  ['of another chunk', JSON.stringify({ from: 256, size: 300, entries: [] }), 'malformed'],
  ['no JSON', '<html>', 'malformed'],
])('a snapshot answer that is %s is refused', async (_, body, code) => {
  answer = (response) => void response.writeHead(200).end(body)
  await expect(source.snapshot(0, never)).rejects.toMatchObject({ code })
})
