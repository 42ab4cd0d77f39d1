import { expect, test } from 'vitest'
import { Refusal } from '../core/index.ts'
import { reconnectMs } from './reconnect.ts'

const busy = (retryAfterSeconds: number) =>
  new Refusal('unavailable', 'enough readers', { retryAfterSeconds })

test.each([
  ['a feed that ended', undefined, 500, 5_000],
  ['a registry that is away', new Refusal('unavailable', 'not reached'), 500, 5_000],
  ['any other error', new Error('socket'), 500, 5_000],
  ['A73: a registry that has enough readers for 5 s', busy(5), 5_000, 10_000],
  ['one that wants to be asked at once', busy(0), 500, 5_000],
  ['one that wants never to be asked again', busy(99_999), 60_000, 120_000],
])('after %s', (_, error, least, most) => {
  expect(reconnectMs(error, 0)).toBe(least)
  expect(reconnectMs(error, 1)).toBe(most)
})
