import pino from 'pino'
import { expect, it } from 'vitest'
import type { Phone } from './phone.ts'
import { SyncLoop } from './sync-loop.ts'

const NEVER_MS = 2 ** 31 - 1

/** A phone whose registry has these many orders for it, one answer after the other. */
function phoneWith(answers: number[]) {
  const asked: number[] = []
  const phone = {
    screen: () => ({ kind: 'home' }),
    sync: () => {
      asked.push(asked.length)
      return Promise.resolve({ obeyed: answers.shift() ?? 0, refused: [] })
    },
    parts: { fetchListIfDue: () => Promise.resolve() },
  }
  return { phone: phone as unknown as Phone, asked }
}

it('acknowledges what it obeyed by asking again at once, and then is quiet', async () => {
  const { phone, asked } = phoneWith([2, 0])
  const loop = new SyncLoop(phone, NEVER_MS, pino({ level: 'silent' }))
  await loop.trigger()
  expect(asked).toHaveLength(2)
  await loop.trigger()
  expect(asked).toHaveLength(3)
  await loop.close()
})

it('a registry that gives without end is asked no faster for it', async () => {
  const { phone, asked } = phoneWith(Array.from({ length: 1_000 }, () => 1))
  const loop = new SyncLoop(phone, NEVER_MS, pino({ level: 'silent' }))
  await loop.trigger()
  expect(asked).toHaveLength(2)
  await loop.close()
})
