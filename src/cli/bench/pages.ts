import { Hono } from 'hono'
import { sql } from 'kysely'
import { parseImei14, withCheckDigit } from '../../core/index.ts'
import { fraction } from '../../host/index.ts'
import { createPortal } from '../../portal/index.ts'
import { LIMITS, type Limits } from '../../registry/index.ts'
import { DEMO_TAC } from '../demo-trust.ts'
import { progressBar } from '../progress.ts'
import { openLogUnderTest, signHolds, type LogUnderTest } from './log-under-test.ts'
import { fillPeople, type SignedInPeople } from './people.ts'
import { quantileOf } from './quantile.ts'

/** Numbers under a hold: the hits. Enrolled phones follow them. */
const HITS = 1_000
/** Requests of each kind, of which the first warm up. */
const ROUNDS = 400
const WARM_UP = 50

const PAGES = [
  '/',
  '/check',
  '/report',
  '/practice',
  '/follow',
  '/account/create',
  '/appeal',
  '/figures',
  '/entry/20',
]
const DESK = [
  '/desk',
  '/desk?mark=reported-before',
  '/desk/requests',
  '/desk/returns',
  '/desk/appeals',
  '/desk/audit',
  '/desk/authority',
]
/** Of one case that the officer has taken. */
const CASE = ['', '/sightings', '/progress', '/return']

export interface Quantiles {
  readonly p50: number
  readonly p95: number
}

export interface PagesMeasured {
  readonly devices: number
  /** What the framework alone takes for a page that is always the same, ms. */
  readonly bare: Quantiles
  readonly pages: Readonly<Record<string, Quantiles>>
  readonly checks: Readonly<Record<'hit' | 'miss' | 'unknown', Quantiles>>
}

type Kind = readonly [name: string, ask: (round: number) => Promise<Response>]

/** Server time of each page and of the check, one request after the other, kinds mixed at random. */
export async function measurePages(devices: number): Promise<PagesMeasured> {
  const free = {
    perSource: { burst: 1e9, perSecond: 1e9 },
    overall: { burst: 1e9, perSecond: 1e9 },
  }
  const lanes = Object.fromEntries(
    Object.keys(LIMITS.lanes).map((lane) => [lane, free]),
  ) as Limits['lanes']
  const world = await openLogUnderTest({
    database: null,
    poolMs: 250,
    operators: 1,
    guardian: false,
    limits: { ...LIMITS, lanes },
  })
  try {
    await fill(world, devices)
    const people = await fillPeople(world, HITS)
    await sql`analyze`.execute(world.registry.context.db)
    const times = await timed(kindsOf(world, devices, people))
    const of = (name: string) => quantiles(times.get(name)!)
    return {
      devices,
      bare: of('bare'),
      pages: Object.fromEntries(
        [...PAGES, PRINT, '/account', ...DESK, ...CASE.map(nameOfCase)].map((path) => [
          path,
          of(path),
        ]),
      ),
      checks: { hit: of('hit'), miss: of('miss'), unknown: of('unknown') },
    }
  } finally {
    await world.close()
  }
}

const PRINT = '/check/print'
const nameOfCase = (page: string) => `/desk/case/<id>${page}`

/** Holds through the sequencer; enrolled phones as rows alone, since nothing of their keys is asked. */
async function fill({ registry, sequencer, founding }: LogUnderTest, devices: number) {
  const { db } = registry.context
  const holds = signHolds(founding, 0, HITS)
  const bar = progressBar('numbers', HITS + devices)
  await Promise.all(holds.map((hold) => sequencer.submit(hold)))
  const subjects = holds.flatMap((hold, i) =>
    hold.order ? [{ id: hold.order.subjectId, device_id: null, imei14: imei(i) }] : [],
  )
  await db.insertInto('subjects').values(subjects).execute()
  bar.advance(HITS)
  const last = HITS + devices - 1
  await sql`insert into devices (id, dak, serial, model, enrolled_at_index, record_salt)
    select sha256(n::text::bytea), sha256(n::text::bytea), 'BENCH' || lpad(n::text, 8, '0'), 'Example One', 1, sha256(n::text::bytea)
    from generate_series(${HITS}::int, ${last}::int) n`.execute(db)
  await sql`insert into device_imeis (imei14, device_id, slot)
    select ${DEMO_TAC} || lpad(n::text, 6, '0'), sha256(n::text::bytea), 1
    from generate_series(${HITS}::int, ${last}::int) n`.execute(db)
  await sql`insert into subjects (id, device_id)
    select gen_random_uuid(), sha256(n::text::bytea) from generate_series(${HITS}::int, ${last}::int) n`.execute(
    db,
  )
  bar.advance(devices)
  bar.stop()
}

function kindsOf(
  { registry }: LogUnderTest,
  devices: number,
  people: SignedInPeople,
): readonly Kind[] {
  const { context, hub } = registry
  const portal = createPortal(context, hub, { edgePort: 1, phones: () => [] })
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
  const get = (path: string, cookie?: string) =>
    Promise.resolve(portal.request(path, cookie === undefined ? {} : { headers: { cookie } }, env))
  const post = (path: string, fields: Record<string, string>) =>
    Promise.resolve(
      portal.request(path, { method: 'POST', body: new URLSearchParams(fields) }, env),
    )
  const check = (n: number) => post('/check', { number: withCheckDigit(imei(n)) })
  const bare = new Hono().get('/', (c) => c.html('<!doctype html><title>Bare</title>'))
  const print = async () => {
    const html = await (await check(0)).text()
    const a = /name="a" value="([^"]+)"/.exec(html)?.[1] ?? ''
    return { a, number: withCheckDigit(imei(0)) }
  }
  const printed = print()
  return [
    ['bare', () => Promise.resolve(bare.request('/'))],
    ...PAGES.map((path): Kind => [path, () => get(path)]),
    ['/account', () => get('/account', people.owner)],
    ...DESK.map((path): Kind => [path, () => get(path, people.officer)]),
    ...CASE.map((page): Kind => [
      nameOfCase(page),
      () => get(`/desk/case/${people.caseId}${page}`, people.officer),
    ]),
    [PRINT, async () => post(PRINT, await printed)],
    ['hit', (round) => check(round % HITS)],
    ['miss', (round) => check(HITS + ((round * 7919) % devices))],
    ['unknown', (round) => check(999_999 - round)],
  ]
}

async function timed(kinds: readonly Kind[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(kinds.map(([name]) => [name, []]))
  const bar = progressBar('rounds', ROUNDS)
  for (let round = 0; round < ROUNDS; round++) {
    // What follows a hit pays for writing its sighting down: nobody always follows it.
    for (const [name, ask] of shuffled(kinds)) {
      const began = performance.now()
      const answer = await ask(round)
      await answer.text()
      if (answer.status !== 200) throw new Error(`${name} was answered with ${answer.status}`)
      if (round >= WARM_UP) times.get(name)!.push(performance.now() - began)
    }
    bar.advance(1)
  }
  bar.stop()
  return times
}

const shuffled = (kinds: readonly Kind[]): readonly Kind[] =>
  kinds
    .map((kind) => ({ kind, at: fraction() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind }) => kind)

const imei = (n: number) => parseImei14(`${DEMO_TAC}${String(n).padStart(6, '0')}`)

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(quantileOf(sorted, share) * 100) / 100
  return { p50: at(0.5), p95: at(0.95) }
}
