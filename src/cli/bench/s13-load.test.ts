import { expect, test } from 'vitest'
import { MME, S13Edge } from '../../../test/s13-edge.ts'
import { makeJudge } from '../../edge/index.ts'
import { startBareS13 } from './s13-bare.ts'
import { S13Load } from './s13-load.ts'
import { Numbers } from './s13-numbers.ts'

const numbers = new Numbers(40_000)
const expected = (imei: number) => (numbers.isListed(imei) ? 1 : 0)
const MS = 200

/** In this process: the index needs a worker of what is built. */
const judgeOf = (isListed: (imei14: string) => boolean) =>
  makeJudge({
    unknown: 'whitelist',
    isReady: () => true,
    stateOf: (imei14) => (isListed(imei14) ? 'stolen' : undefined),
    onSeen: () => undefined,
  })

test('every answer of the edge is the right one, full and paced', async () => {
  await using edge = await S13Edge.start({
    peers: [MME],
    judge: judgeOf((imei14) => numbers.isListed(Number(imei14))),
  })
  const load = await S13Load.open(edge.port, numbers, expected)
  const full = await load.full(32, MS)
  expect(full).toMatchObject({ mostInFlight: 32 })
  await load.paced(1_000, MS)
  const { white, black, errors } = edge.counters.sums()
  expect(white + black).toBe(edge.counters.received)
  expect(Math.min(white, black)).toBeGreaterThan(0)
  expect(errors).toBe(0)
  load.close()
})

test('a wrong answer ends the measurement', async () => {
  await using edge = await S13Edge.start({ peers: [MME], judge: judgeOf(() => false) })
  const load = await S13Load.open(edge.port, numbers, expected)
  await expect(load.full(32, MS)).rejects.toThrow('wrong answer')
  await expect(load.paced(1_000, MS)).rejects.toThrow('wrong answer')
})

test('the ceiling answers from the same list', async () => {
  const bare = await startBareS13(numbers)
  const load = await S13Load.open(bare.port, numbers, expected)
  await load.full(32, MS)
  load.close()
  await bare.close()
})
