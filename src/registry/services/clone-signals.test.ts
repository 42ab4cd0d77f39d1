import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine, type OpenDatabase } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import {
  signCloneSignal,
  signSighting,
  toBase64,
  travelByCountry,
  withCheckDigit,
  type CloneSignal,
  type Imei14,
  type Signer,
} from '../../core/index.ts'
import { machine } from '../../host/index.ts'
import { CasePage } from '../../wire/index.ts'
import { forgetCloneSignals } from './clone-cases.ts'

const DAY = 86_400
const imei = imeiNumber(1)

async function boot(open: OpenDatabase): Promise<World> {
  const world = await World.boot({ database: await open(), operators: 2 })
  await world.stopEdge()
  return world
}

class Desk {
  readonly world: World
  readonly operators: readonly [Signer, Signer]

  constructor(world: World) {
    this.world = world
    const [one, two] = world.founding.operators.map(({ signer }) => signer)
    this.operators = [one!, two!]
  }

  get now(): number {
    return Math.floor(this.world.surroundings.clock() / 1000)
  }

  signal(changes: Partial<CloneSignal> = {}, by = this.operators[0]): string {
    const { now } = this
    const places = [{ country: 'ZZ', network: '00101', at: now }]
    const said = { at: now, why: 'subscribers', imei14: imei, subscribers: 4, places } as const
    return toBase64(signCloneSignal({ ...said, ...changes }, by))
  }

  attach(country: string, network: string, seconds: number, by = this.operators[0], of = imei) {
    const seen = { id: machine.random(16), how: 'attach', verdict: 'held', svn: null } as const
    const at = this.now + seconds
    return toBase64(signSighting({ ...seen, at, imei: of, country, network, treeSize: 1 }, by))
  }

  async send(sightings: readonly string[], by = this.operators[0]) {
    return (await ask(this.world, { path: '/v1/sightings', body: { sightings }, by })).json
  }

  cases() {
    return this.world.first.get('/v1/cases?why=clone', CasePage)
  }

  async rows(of: Imei14 = imei) {
    const { db } = this.world.database
    return db.selectFrom('clone_signals').selectAll().where('imei14', '=', of).execute()
  }
}

const GOOD = { accepted: 1, repeated: 0, refused: [] }
const refused = (code: string) => ({ accepted: 0, repeated: 0, refused: [{ position: 0, code }] })

describeOnEachEngine('clone signals', (open) => {
  test('A13 are kept once for a number and a day, and open one case', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    expect((await desk.cases()).items).toEqual([])
    const first = desk.signal()
    for (const line of [
      first,
      first,
      desk.signal({ subscribers: 64 }),
      desk.signal({ subscribers: 8 }),
    ])
      expect(await desk.send([line])).toEqual(GOOD)
    expect(await desk.rows()).toMatchObject([{ subscribers: 64n }])
    await desk.send([desk.signal({}, desk.operators[1])], desk.operators[1])
    world.advance(DAY * 1000)
    await desk.send([desk.signal()])
    expect(await desk.rows()).toHaveLength(3)
    const { items } = await desk.cases()
    expect(items).toHaveLength(1)
    const { clones, device } = await world.first.case(items[0]!.id)
    expect(device.imeis).toEqual([withCheckDigit(imei)])
    expect(clones[0]).toMatchObject({ subscribers: 64, keys: 0 })
    expect(clones[0]!.signals.map(({ reporter }) => reporter).toSorted()).toEqual([
      'zz.edge-1',
      'zz.edge-1',
      'zz.edge-2',
    ])
  })

  test('A66 are signed by who sends them, of our time, and of an operator', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    const { now } = desk
    const [, other] = desk.operators
    expect(await desk.send([desk.signal({}, other)])).toEqual(refused('sighting-signature'))
    for (const at of [now + 3_600, now - 30 * DAY - 60])
      expect(await desk.send([desk.signal({ at })])).toEqual(refused('sighting-replayed'))
    const places = [{ country: 'ZZ', network: '00101', at: now + 3_600 }]
    expect(await desk.send([desk.signal({ places })])).toEqual(refused('sighting-replayed'))
    const officer = world.founding.officers[0]!.signer
    const body = { sightings: [desk.signal({}, officer)] }
    expect((await ask(world, { path: '/v1/sightings', body, by: officer })).code).toBe('forbidden')
    expect(await desk.rows()).toEqual([])
    expect((await desk.cases()).items).toEqual([])
  })

  test('A13 of one operator name a thousand numbers a day and no more: police are not buried', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    expect(await desk.send([desk.signal({ imei14: imeiNumber(2) })])).toEqual(GOOD)
    // The day's other signals of this operator, as they would stand there.
    await sql`insert into clone_signals
      select '00101702' || lpad(n::text, 6, '0'), why, day, reporter, first_ms, last_ms, subscribers, places
      from clone_signals, generate_series(1, 998) n`.execute(world.database.db)
    expect(await desk.send([desk.signal({ imei14: imeiNumber(3) })])).toEqual(GOOD)
    expect(await desk.send([desk.signal()])).toEqual(refused('rate-limited'))
    // What it said before it may say again, and others are heard.
    expect(await desk.send([desk.signal({ imei14: imeiNumber(2) })])).toEqual(GOOD)
    const [, other] = desk.operators
    expect(await desk.send([desk.signal({}, other)], other)).toEqual(GOOD)
    world.advance(DAY * 1000)
    expect(await desk.send([desk.signal()])).toEqual(GOOD)
  })

  test('A13 come from sightings of two operators whom no journey joins, however late they come', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    const [one, two] = desk.operators
    const [near, far] = [imeiNumber(2), imeiNumber(3)]
    const here = { country: 'GB', network: '00101' }
    const least = travelByCountry(here, { country: 'NZ', network: '99901' })
    for (const [of, country, seconds] of [
      [near, 'FR', 0], // people live on both sides
      [far, 'NZ', -least], // a flight is enough
      [imei, 'NZ', 60 - least],
    ] as const) {
      // Older ones hide none that is near enough.
      for (const at of [seconds, seconds - 3_600])
        await desk.send([desk.attach(country, '99901', at, two, of)], two)
      expect(await desk.send([desk.attach('GB', '00101', 0, one, of)], one)).toEqual(GOOD)
    }
    expect([await desk.rows(near), await desk.rows(far)]).toEqual([[], []])
    expect(await desk.rows()).toMatchObject([
      {
        why: 'travel',
        reporter: 'zz.edge-1',
        places: [
          { country: 'GB', network: '00101', operator: 'zz.edge-1' },
          { country: 'NZ', network: '99901', operator: 'zz.edge-2' },
        ],
      },
    ])
    expect((await desk.cases()).items).toHaveLength(1)
  })

  test('join a case that an officer has, and keep no listed phone from being locked', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    const about = { crimeReference: 'JOIN/1', why: 'theft', imei } as const
    const { id } = await world.first.openCase(about)
    await desk.send([desk.signal()])
    expect((await desk.cases()).items).toEqual([])
    expect((await world.first.case(id)).clones).toHaveLength(1)
    await world.first.propose(id)

    const listed = imeiNumber(4)
    await desk.send([desk.signal({ imei14: listed })])
    const by = world.founding.officers[0]!.signer
    const list = {
      prefix: 'L',
      source: 'l.csv',
      fileHash: '0'.repeat(64),
      kind: 'full',
      why: 'theft',
    }
    const counts = { rows: 1, setAside: 0, shrinkReason: null }
    const batch = await ask(world, { path: '/v1/batches', body: { ...list, ...counts }, by })
    const rows = [{ row: 2, imei: listed, claim: 'locked' }]
    const path = `/v1/batches/${String(batch.json['id'])}/rows`
    const added = await ask(world, { path, body: { rows }, by })
    expect(added.json).toMatchObject({ rows: [{ result: 'proposed' }] })
  })

  test('stand in the case of a lock while it stands, and open one of their own once it is over', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    const { imei: locked, owner } = await world.enrolOne()
    const { reference } = await owner.report('theft')
    const { caseId } = await world.lock({ reference })
    await desk.send([desk.signal({ imei14: locked })])
    expect((await desk.cases()).items).toEqual([])
    const { clones } = await world.first.case(caseId)
    expect(clones[0]).toMatchObject({ imei: withCheckDigit(locked), conflict: null })
    await world.first.release(caseId, 'returned', world.force)
    await owner.confirmRelease(reference)
    world.advance(DAY * 1000)
    await desk.send([desk.signal({ imei14: locked })])
    expect((await desk.cases()).items).toHaveLength(1)
  })

  test('are erased with their number, and forgotten after 90 days unless police made something of them', async () => {
    await using world = await boot(open)
    const desk = new Desk(world)
    const [kept, erased, own] = [imeiNumber(5), imeiNumber(6), imeiNumber(7)]
    await world.first.openCase({ crimeReference: 'OWN/1', why: 'theft', imei: own })
    for (const imei14 of [imei, kept, erased, own]) await desk.send([desk.signal({ imei14 })])
    const registry = world.founding.registry[0].signer
    const body = { imei: withCheckDigit(erased) }
    expect(await ask(world, { path: '/v1/erasures', body, by: registry })).toMatchObject({
      status: 200,
      json: { cases: 1 },
    })
    expect(await desk.rows(erased)).toEqual([])
    for (const { id } of (await desk.cases()).items) {
      const { conflict } = (await world.first.case(id)).clones[0]!
      if (conflict!.imei === withCheckDigit(kept))
        await ask(world, {
          path: '/v1/identities/conflicts',
          body: conflict,
          by: world.founding.officers[0]!.signer,
        })
    }
    const { context } = world.running
    await forgetCloneSignals(context)
    expect((await desk.cases()).items).toHaveLength(2)
    world.advance(91 * DAY * 1000)
    await forgetCloneSignals(context)
    expect((await desk.cases()).items).toHaveLength(1)
    const left = await sql<{
      imei14: string
    }>`select imei14 from clone_signals order by imei14`.execute(world.database.db)
    expect(left.rows.map(({ imei14 }) => imei14)).toEqual([kept, own])
  })
})
