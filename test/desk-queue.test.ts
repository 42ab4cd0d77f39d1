import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../src/registry/db/migrate.ts'
import { findByImei } from '../src/registry/model/subjects.ts'
import { ask } from './ask.ts'
import { reportedByCard, seatedAt, secondForce, takenUp } from './desk-seat.ts'
import { World, imeiNumber } from './world.ts'

const PASSCODE = { passcode: true, biometric: false }

let world: World
let other: Awaited<ReturnType<typeof secondForce>>
beforeAll(async () => {
  world = await World.boot()
  other = await secondForce(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const REFERENCES = /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/g
const rowsOn = (html: string) => [...new Set(html.match(REFERENCES) ?? [])]

/** Reports of this force, straight into the table: what is tried is how it is read. */
async function fillQueue(force: string, count: number, subject: string): Promise<string[]> {
  const { db, surroundings } = world.running.context
  const at = surroundings.clock() - 1_000_000
  const rows = Array.from({ length: count }, (_, i) => ({
    id: randomUUID(),
    reference: `SM-${force === 'zz.other' ? 'ZZ' : 'AA'}${String(i).padStart(2, '0')}-0000`,
    subject_id: subject,
    // Many at one moment: the place in the list is more than the time.
    at_ms: at + Math.floor(i / 10),
    proof: 'card',
    why: 1,
    hold_index: 0,
    force,
  }))
  await db.insertInto('reports').values(rows).execute()
  return rows.map(({ reference }) => reference)
}

describe('the queue', () => {
  test('P1.1: pages are cut after the force is chosen: none is empty, none lacks a line, for two forces at once', async () => {
    const { imei } = await world.enrolOne()
    const { db } = world.running.context
    const { id: subject } = (await findByImei(db, imei))!
    const theirs = await fillQueue('zz.other', 60, subject)
    const ours = await fillQueue('zz.force', 60, subject)
    for (const [who, own] of [
      [0, ours],
      [other.officer, theirs],
    ] as const) {
      const { pages } = await seatedAt(world, who)
      const seen: string[] = []
      const sizes: number[] = []
      for (let path: string | null = '/desk?state=new'; path !== null;) {
        const page = await pages.get(path)
        const shown = rowsOn(page.html)
        sizes.push(shown.length)
        seen.push(...shown)
        path =
          /href="(\/desk\?[^"]*after=[^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? null
      }
      expect(sizes).toEqual([25, 25, 10])
      expect(new Set(seen)).toEqual(new Set(own))
    }
    // What comes in or goes meanwhile moves nobody to another page.
    const { pages } = await seatedAt(world, 0)
    const first = await pages.get('/desk?state=new')
    const next = /href="(\/desk\?[^"]*after=[^"]*)"/.exec(first.html)![1]!.replaceAll('&amp;', '&')
    const second = rowsOn((await pages.get(next)).html)
    await db.deleteFrom('reports').where('reference', '=', rowsOn(first.html)[3]!).execute()
    expect(rowsOn((await pages.get(next)).html)).toEqual(second)
    // Another force's report is not there.
    expect((await pages.get(`/desk/take/${theirs[0]}`)).status).toBe(404)
    expect((await pages.get('/desk?after=1.------------------------------------')).status).toBe(400)
    await db.deleteFrom('reports').where('hold_index', '=', 0n).execute()
  })

  test('P1.1, P1.3: a case without a report stands there too, is taken like others, and by one officer', async () => {
    const crimeReference = 'CR/NO-REPORT/1'
    const body = { crimeReference, why: 'theft', imei: imeiNumber(700_001) }
    const by = world.founding.officers[0]!.signer
    const { json } = await ask(world, { path: '/v1/cases', body, by })
    const id = String(json['id'])
    const [one, two] = [await seatedAt(world, 0), await seatedAt(world, 1)]
    for (const [query, isThere] of [
      ['', true],
      ['kind=number', true],
      ['kind=report', false],
      ['kind=request', false],
      ['state=new', false],
      ['mine=1', false],
    ] as const)
      expect((await one.pages.get(`/desk?${query}`)).text.includes(crimeReference), query).toBe(
        isThere,
      )
    const foreign = await seatedAt(world, other.officer)
    expect((await foreign.pages.get('/desk')).text).not.toContain(crimeReference)
    const path = `/desk/case/${id}`
    expect((await foreign.pages.get(`${path}/take`)).status).toBe(404)
    expect((await one.pages.get(path)).text).toContain('case-needed')
    const form = await one.pages.get(`${path}/take`)
    expect(form.text).not.toContain('Example')
    expect((await one.pages.post(`${path}/take`, {}, form)).to).toBe(path)
    const late = await two.pages.post(`${path}/take`, {}, await two.pages.get(`${path}/take`))
    expect(late.status).toBe(409)
    expect(late.text).toContain(`taken by ${one.name}`)
    expect((await one.pages.get(path)).text).toContain('Decision')
    expect((await one.pages.get('/desk?mine=1&kind=number')).text).toContain(crimeReference)
  })

  test('P1.1: marks say what is on record: proof of purchase, earlier reports, use by whoever can unlock it', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const { pages } = await seatedAt(world, 0)
    const has = async (mark: string) =>
      (await pages.get(`/desk?mark=${mark}`)).text.includes(reference)
    expect(await has('proof-given')).toBe(false)
    const { db, surroundings } = world.running.context
    const report = await db
      .selectFrom('reports')
      .selectAll()
      .where('reference', '=', reference)
      .executeTakeFirstOrThrow()
    const details = { place: '', how: '', purchase: 'receipt of 3 May', insurer: '' }
    const at_ms = surroundings.clock()
    await db
      .insertInto('report_details')
      .values({ report_id: report.id, ...details, at_ms })
      .onConflict((on) => on.column('report_id').doUpdateSet(details))
      .execute()
    expect(await has('proof-given')).toBe(true)
    // Its hold ends, and then its owner asks on the very phone, which he has unlocked, to erase it.
    expect(await has('unlocked-since')).toBe(false)
    await world.pass(73 * 3_600_000)
    await handset.phone.sync()
    await handset.phone.ask('reset', PASSCODE)
    const later = await seatedAt(world, 0)
    const marked = await later.pages.get('/desk?mark=unlocked-since')
    expect(marked.text).toContain(reference)
    expect(marked.text).toContain('Unlocked by its owner since')
  })

  test('P1.1: what its owner took back, and what is decided, waits no longer', async () => {
    const handset = await world.enrolOne()
    const taken = await reportedByCard(world, handset)
    const locked = await world.enrolOne()
    const { reference } = await locked.owner.report('theft')
    const { pages } = await seatedAt(world, 0)
    const waits = async (one: string) => (await pages.get('/desk?state=waiting')).text.includes(one)
    const { db } = world.running.context
    // Alone in the queue: what other tests left there would fill its first page.
    const others = [taken, reference]
    await db
      .updateTable('reports')
      .set({ decided_ms: 1 })
      .where('reference', 'not in', others)
      .execute()
    expect([await waits(taken), await waits(reference)]).toEqual([true, true])
    await handset.owner.withdraw(taken)
    await world.lock({ reference })
    expect([await waits(taken), await waits(reference)]).toEqual([false, false])
    expect((await pages.get('/desk?state=locked')).text).toContain(reference)
  })

  test('A38: whose phone was sold on record is marked before anything of it is seen, and the sale stands beside the decision', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const { db, surroundings } = world.running.context
    const empty = new Uint8Array(32)
    const at_ms = surroundings.clock() - 86_400_000
    const sale = { log_index: 0, offer_id: randomUUID(), at_ms, salt: empty, record: empty }
    await db
      .insertInto('sales')
      .values({ ...sale, device_id: handset.device, seller: empty, seller_card: null })
      .execute()
    const { pages } = await seatedAt(world, 0)
    const queue = await pages.get('/desk?mark=transferred')
    expect(queue.text).toContain(reference)
    expect(queue.text).toContain('Sold on record')
    expect((await takenUp(pages, reference)).text).toMatch(/Sold on record Sold \d/)
  })

  test('P1.1: reports of before their force was kept get it from the hold, whichever force’s intake signed', async () => {
    const [ours, theirs] = await world.enrol(2)
    const references = [await reportedByCard(world, ours!)]
    const body = { card: theirs!.card, why: 'theft', force: 'zz.other' }
    const { json } = await ask(world, { path: '/v1/reports', body })
    references.push(String(json['reference']))
    const { db } = world.running.context
    await sql`alter table reports drop column force`.execute(db)
    await sql`delete from migrations where step >= '0023-casework'`.execute(db)
    await migrate(db)
    const rows = await db
      .selectFrom('reports')
      .select('force')
      .where('reference', 'in', references)
      .orderBy('at_ms')
      .execute()
    expect(rows).toEqual([{ force: 'zz.force' }, { force: 'zz.other' }])
  })
})
