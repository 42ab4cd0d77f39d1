import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIMITS } from '../src/registry/index.ts'
import { ask, type Question } from './ask.ts'
import { World, type Handset } from './world.ts'

// Refilled so slowly that a busy machine changes nothing: time is moved by the test.
const SMALL = { perSource: { burst: 10, perSecond: 0.01 }, overall: { burst: 25, perSecond: 0.01 } }
let world: World
let mine: Handset

beforeAll(async () => {
  const lanes = { ...LIMITS.lanes, check: SMALL, report: SMALL }
  const wrongPerSource = { burst: 3, perSecond: 1 / 3_600 }
  world = await World.boot({ limits: { lanes, wrongPerSource, isBehindProxy: true } })
  mine = await world.enrolOne()
})
afterAll(() => world[Symbol.asyncDispose]())

/** As the proxy in front says where it came from; whatever the source itself claims stands before. */
const from = (source: string, question: Question) =>
  ask(world, { ...question, headers: { 'x-forwarded-for': `192.0.2.200, ${source}` } })
const report = (card: string) => ({ path: '/v1/reports', body: { card, why: 'theft' } })
const CHECK = { path: '/v1/checks', body: { imei: '00101701000001' } }

test('A46: cards are not guessed: after a few wrong ones a source waits an hour, and only that source', async () => {
  const guesses = await Promise.all(
    Array.from({ length: 8 }, (_, i) => from('192.0.2.1', report(`AAAAAAAAA${i}`))),
  )
  expect(new Set(guesses.map(({ code }) => code))).toContain('proof-too-weak')
  for (let i = 0; i < 3; i++) {
    const refused = await from('192.0.2.1', report(mine.card))
    expect(refused).toMatchObject({ status: 429, code: 'rate-limited' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000)
  }
  const { db } = world.running.context
  expect(await db.selectFrom('reports').selectAll().execute()).toEqual([])
  expect((await from('192.0.2.2', report(mine.card))).status).toBe(200)
  await world.audit()
})

test('A72: a flood meets 429 and when to come back; orders, releases and owners have lanes of their own', async () => {
  const flood = await Promise.all(
    Array.from({ length: 60 }, (_, i) => from(`198.51.100.${i % 3}`, CHECK)),
  )
  const answered = flood.filter(({ status }) => status === 200)
  expect(answered).toHaveLength(25)
  const limited = flood.filter(({ status }) => status === 429)
  expect(limited.every(({ code }) => code === 'rate-limited')).toBe(true)
  expect(limited.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true)

  // While checks are refused, a phone is locked, found, and given back.
  const { caseId } = await world.lock({ imei: mine.imei })
  expect((await from('198.51.100.9', CHECK)).code).toBe('rate-limited')
  await world.first.release(caseId, 'returned', world.force)
  const { reference } = await world.running.context.db
    .selectFrom('reports')
    .select('reference')
    .executeTakeFirstOrThrow()
  await mine.owner.confirmRelease(reference)
  await world.audit()
  expect(await world.stateOf(mine.imei)).toBe('protected')
  world.advance(200_000)
  expect((await from('198.51.100.9', CHECK)).status).toBe(200)
})
