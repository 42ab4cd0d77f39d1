import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findByImei } from '../src/registry/model/subjects.ts'
import { ask } from './ask.ts'
import { reportedByCard, seatedAt, secondForce, takenUp } from './desk-seat.ts'
import { World, type Handset } from './world.ts'

let world: World
let other: Awaited<ReturnType<typeof secondForce>>
beforeAll(async () => {
  world = await World.boot()
  other = await secondForce(world)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A register is asked about it, as when it attaches: the register signs what it saw. */
async function attached({ imei }: Handset): Promise<void> {
  await world.settle()
  await world.probe.ask(imei)
  const { db } = world.running.context
  const { id } = (await findByImei(db, imei))!
  await world.until(async () => {
    const seen = await db
      .selectFrom('sightings')
      .select('id')
      .where('subject_id', '=', id)
      .execute()
    return seen.length > 0
  })
}

/** A sighting as a hostile or careless reporter might word it. */
async function seenAs(subject_id: string, how: string, verdict: string, country: string) {
  const { db, surroundings } = world.running.context
  const now = surroundings.clock()
  const row = { how, verdict, country, subject_id, imei14: null, network: null, tree_size: 0 }
  await db
    .insertInto('sightings')
    .values({
      id: randomUUID(),
      at_ms: now,
      received_ms: now,
      reporter: 'registry',
      ...row,
      body: new Uint8Array(),
    })
    .execute()
}

describe('sightings of a case', () => {
  test('A65, A66: each on line, map and table, marked attested or claim, country and network at most', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    await attached(handset)
    const { db } = world.running.context
    const { id } = (await findByImei(db, handset.imei))!
    await seenAs(id, 'check', 'held', 'FR')
    await seenAs(id, 'activation', 'held', 'CN')
    const { pages, name } = await seatedAt(world, 0)
    const { path, text } = await takenUp(pages, reference)
    expect(text).toContain('All sightings, on a map and in order')
    const page = await pages.get(`${path}/sightings`)
    expect(page.text).toMatch(/Attached to a network \S+ Attested Signed by \S+/)
    expect(page.text).toMatch(/France Not told Somebody checked its number held Claim The word of/)
    expect(page.text).toMatch(/China Not told Tried to be set up held Attested The phone proved/)
    expect(page.html).toContain('app-map')
    expect(page.text).toMatch(/Entry \d+ of the public log/)
    for (const secret of [handset.imei, handset.card]) expect(page.html).not.toContain(secret)

    // Only who has taken the case, only this phone, and each look is recorded.
    const two = await seatedAt(world, 1)
    for (const about of ['sightings', 'sightings.csv']) {
      expect((await two.pages.get(`${path}/${about}`)).text).toContain('case-taken')
      const foreign = await seatedAt(world, other.officer)
      expect((await foreign.pages.get(`${path}/${about}`)).status).toBe(404)
    }
    const rows = await db
      .selectFrom('audit')
      .select(['who', 'subject_id'])
      .where('action', '=', 'case.sightings')
      .execute()
    expect(rows).toEqual([{ who: name, subject_id: id }])
  })

  test('A76, A78: hostile words come out as text on the page, and as text in a spreadsheet', async () => {
    const handset = await world.enrolOne()
    const reference = await reportedByCard(world, handset)
    const { id } = (await findByImei(world.running.context.db, handset.imei))!
    await seenAs(id, '<script>alert(1)</script>', '=HYPERLINK("//evil.example")', 'ZZ')
    const { pages } = await seatedAt(world, 0)
    const { path } = await takenUp(pages, reference, '<img src=x onerror=alert(1)>')
    for (const page of [await pages.get(path), await pages.get(`${path}/sightings`)]) {
      expect(page.html).not.toContain('<script>alert')
      expect(page.html).not.toContain('<img src=x')
    }
    const csv = await pages.get(`${path}/sightings.csv`)
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.headers.get('cache-control')).toBe('no-store')
    expect(csv.html).toContain(`"'=HYPERLINK(""//evil.example"")"`)
    expect(csv.html).toContain('"claim","word","registry"')
  })
})

describe('cases that point to each other', () => {
  test('P1.1: by place, register and part; of another force only its name', async () => {
    const [mine, near, parts, far] = (await world.enrol(4)) as [Handset, Handset, Handset, Handset]
    const references = await Promise.all([mine, near, far].map((one) => reportedByCard(world, one)))
    const { db, surroundings } = world.running.context
    const subjects = await Promise.all(
      [mine, near, parts, far].map(async ({ imei }) => (await findByImei(db, imei))!.id),
    )
    const now = surroundings.clock()
    const seen = (subject_id: string, network: string, at_ms: number) => ({
      id: randomUUID(),
      at_ms,
      received_ms: at_ms,
      reporter: 'zy.abroad',
      how: 'attach',
      verdict: 'GREYLISTED',
      country: 'FR',
      network,
      subject_id,
      imei14: null,
      tree_size: 0,
      body: Uint8Array.of(1),
    })
    await db
      .insertInto('sightings')
      .values([
        seen(subjects[0]!, '20801', now - 3_600_000),
        seen(subjects[1]!, '20801', now - 7_200_000),
        seen(subjects[3]!, '20802', now - 7_200_000),
      ])
      .execute()
    const part_id = Uint8Array.from({ length: 32 }, () => 9)
    const empty = new Uint8Array(32)
    const part = { id: part_id, type: 'screen', maker: empty, first_index: 0, binding_hash: empty }
    await db
      .insertInto('parts')
      .values({ ...part, host: mine.device })
      .execute()
    const claim = { part_id, host: parts.device, country: 'FR', at_ms: now, conflict_ms: null }
    await db.insertInto('part_claims').values(claim).execute()
    // The phone that asked for the part is a case of the other force.
    const by = other.officer.signer
    const body = { crimeReference: 'OTHER/SECRET/1', why: 'theft', imei: parts.imei }
    expect((await ask(world, { path: '/v1/cases', body, by })).status).toBe(200)

    const { pages } = await seatedAt(world, 0)
    await takenUp(pages, references[1]!, 'CR/NEAR/1')
    await takenUp(pages, references[2]!, 'CR/FAR/1')
    const page = await takenUp(pages, references[0]!, 'CR/MINE/1')
    expect(page.text).toMatch(/A case of zz\.other\s*: the same part \(screen\)/)
    expect(page.text).toMatch(/CR\/NEAR\/1\s*: network 20801 in France, 1 hour apart/)
    expect(page.text).not.toContain('CR/FAR/1')
    expect(page.html).not.toContain('OTHER/SECRET/1')
    // It points back.
    const foreign = await seatedAt(world, other.officer)
    const queue = await foreign.pages.get('/desk?kind=number')
    const take = /\/desk\/case\/[0-9a-f-]{36}\/take/.exec(queue.html)![0]
    const theirs = await foreign.pages.post(take, {}, await foreign.pages.get(take))
    const shown = await foreign.pages.get(theirs.to!)
    expect(shown.text).toMatch(/A case of zz\.force\s*: the same part \(screen\)/)
    expect(shown.html).not.toContain('CR/MINE/1')
  })
})
