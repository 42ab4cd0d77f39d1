import { expect, it } from 'vitest'
import { ENROLLED, fromHex, nextState, parseOrder } from '../../src/core/index.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** Orders about one device, by leaf and log time in ms; the last of an invalid vector is refused. */
interface Vector {
  readonly state?: string
  readonly orders: readonly { index: number; t: number; payload: string }[]
}

it.each(ownVectors<Vector>('lifecycle'))('lifecycle/$name', ({ code, vector }) => {
  let device = ENROLLED
  const step = ({ index, t, payload }: Vector['orders'][number]) => {
    device = nextState(device, parseOrder(fromHex(payload)), index, t)
  }
  for (const order of vector.orders.slice(0, -1)) step(order)
  expect(codeOf(() => step(vector.orders.at(-1)!))).toBe(code ?? 'accepted')
  if (code === null) expect(device.state).toBe(vector.state)
})
