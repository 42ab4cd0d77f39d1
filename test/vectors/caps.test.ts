import { expect, it } from 'vitest'
import { CapBook, CapCounter } from '../../src/core/index.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** Times in ms: certificates that set a cap per hour and day, orders taken, and one more. */
interface Vector {
  readonly changes: readonly { t: number; cap: readonly [number, number]; delay: number }[]
  readonly taken: readonly number[]
  readonly next: number
}

it.each(ownVectors<Vector>('caps'))('caps/$name', ({ code, vector }) => {
  const book = new CapBook()
  for (const { t, cap, delay } of vector.changes) book.set('zz', { lock: cap }, t, delay)
  const counter = new CapCounter(book)
  for (const t of vector.taken) counter.count(['zz'], 'lock', t)
  const outcome = codeOf(() => counter.check(['zz'], 'lock', vector.next))
  expect(outcome).toBe(code ?? 'accepted')
})
