import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pino } from 'pino'
import { withCheckDigit } from '../src/core/index.ts'
import { markAllUnusual } from '../src/registry/services/desk/marked-looks.ts'
import { whenWords } from '../src/portal/when.tsx'
import { ask } from './ask.ts'
import { nameOf } from './desk-seat.ts'
import { Pages, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { signedIn } from './signed-in.ts'
import { World, type Handset } from './world.ts'

const HOUR = 3_600_000
const lines: string[] = []
let world: World
beforeAll(async () => {
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(line) })
  world = await World.boot({ logger })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seated(i: number): Promise<Pages> {
  const pages = new Pages(world.running)
  const passkey = new TestPasskey(world.founding.officers[i]!.pem)
  const sent = await passkey.send(pages, await pages.get('/desk'), { name: nameOf(world, i) })
  expect(sent.to).toBe('/desk')
  return pages
}

async function reported({ card }: Handset): Promise<string> {
  const pages = new Pages(world.running)
  const { to } = await pages.post('/report', { card, why: 'theft' }, await pages.get('/report'))
  return /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await pages.get(to!)).text)![0]
}

const take = async (pages: Pages, reference: string, fields: Record<string, string>) => {
  const path = `/desk/take/${reference}`
  return pages.post(path, fields, await pages.get(path))
}

/** Cells of the trail's rows, newest first. */
const rowsOf = ({ html }: Shown) =>
  [...html.matchAll(/<tr class="govuk-table__row"><td.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
  )

describe('taking a case', () => {
  test('A57: whoever does not say that he knows nobody takes nothing; who knows somebody leaves it to others', async () => {
    const reference = await reported(await world.enrolOne())
    const [one, two] = [await seated(0), await seated(1)]
    for (const people of ['', 'some', 'none;known']) {
      const shown = await take(one, reference, { crime: 'CR/57', people })
      expect(shown.status).toBe(422)
      expect(shown.text).toContain('Say whether you know anybody')
    }
    const said = await take(one, reference, { crime: 'CR/57', people: 'known' })
    const shown = await one.get(said.to!)
    expect(shown.text).toContain('is for others')
    expect(shown.html).not.toContain('<form method="post" action="/desk/take')
    // Not even by a form he kept, and not twice recorded for pressing twice.
    const kept = await one.get('/desk')
    const again = { crime: 'CR/57', people: 'none' }
    const refused = await one.post(`/desk/take/${reference}`, again, kept)
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('knows-people')
    const taken = await take(two, reference, again)
    expect(taken.status).toBe(303)

    // Whoever has it and finds out later lets go of it at once.
    const path = taken.to!
    expect((await two.get(path)).text).toContain('Evidence')
    await two.post(`/desk/take/${reference}`, { people: 'known' }, await two.get('/desk'))
    expect((await two.get(path)).text).toContain('case-needed')
    const third = await seated(2)
    expect((await take(third, reference, { people: 'none' })).to).toBe(path)
    const trail = await third.get('/desk/audit?action=case.known')
    expect(rowsOf(trail).map(([, officer]) => officer)).toEqual([
      nameOf(world, 1),
      nameOf(world, 0),
    ])
  })
})

describe('the trail', () => {
  test('P1.X1: each look with its case number; filters and pages in the address; reading it is a look', async () => {
    const handset = await world.enrolOne()
    const reference = await reported(handset)
    const one = await seated(0)
    const { to } = await take(one, reference, { crime: 'CR/2026/é1', people: 'none' })
    await one.get(to!)
    const trail = await one.get(`/desk/audit?case=${encodeURIComponent('CR/2026/é1')}`)
    expect(rowsOf(trail).map(([, officer, what, number]) => [officer, what, number])).toEqual(
      ['Looked at a case', 'Took a case, knowing nobody involved', 'Opened a case'].map((what) => [
        nameOf(world, 0),
        what,
        'CR/2026/é1',
      ]),
    )
    for (const secret of [withCheckDigit(handset.imei), handset.imei, handset.card, reference])
      expect(trail.html).not.toContain(secret)
    const seen = rowsOf(await one.get('/desk/audit?action=trail.view'))
    expect(seen[0]).toEqual([expect.any(String), nameOf(world, 0), 'Read this page', 'None'])

    const day = new Date(world.surroundings.clock()).toISOString().slice(0, 10)
    for (const [query, isThere] of [
      [`officer=${encodeURIComponent(nameOf(world, 0))}&case=CR%2F2026%2F%C3%A91`, true],
      [`officer=${encodeURIComponent(nameOf(world, 1))}&case=CR%2F2026%2F%C3%A91`, false],
      ['case=CR%', false],
      ["case=' or 1=1 --", false],
      [`day=${day}`, true],
      ['day=2020-02-29', false],
    ] as const)
      expect(rowsOf(await one.get(`/desk/audit?${query}`)).length > 0, query).toBe(isThere)
    for (const wrong of ['2026-02-30', '06/02/2026', '9'.repeat(600)])
      expect((await one.get(`/desk/audit?day=${wrong}`)).status).toBe(422)
    expect((await one.get('/desk/audit?after=1;drop')).status).toBe(400)
    expect((await new Pages(world.running).get('/desk/audit')).status).toBe(401)

    for (let i = 0; i < 55; i += 1) await one.get(to!)
    const first = await one.get('/desk/audit?action=case.view')
    expect(rowsOf(first)).toHaveLength(50)
    const next = /href="(\/desk\/audit\?[^"]*after=[^"]*)"/.exec(first.html)![1]!
    const second = await one.get(next.replaceAll('&amp;', '&'))
    expect(rowsOf(second).length).toBeGreaterThanOrEqual(6)
    expect(rowsOf(second).every(([, , what]) => what === 'Looked at a case')).toBe(true)
  })

  test('A57: another force sees none of it', async () => {
    const { db } = world.running.context
    const forces = await db.selectFrom('audit').select('force').distinct().execute()
    expect(forces.map(({ force }) => force)).toContain(world.forceName)
    await db.updateTable('audit').set({ force: 'zz.elsewhere' }).execute()
    const one = await seated(0)
    expect(rowsOf(await one.get('/desk/audit?action=case.view'))).toEqual([])
    await db.updateTable('audit').set({ force: world.forceName }).execute()
  })
})

describe('unusual looks', () => {
  test('A57: shown in words, and one line in the log without a name or a number', async () => {
    const { context } = world.running
    const handset = await world.enrolOne()
    const reference = await reported(handset)
    const [one, two] = [await seated(0), await seated(1)]
    const { to } = await take(one, reference, { crime: 'CR/OTHER', people: 'none' })
    // Any officer may see how far it is; who never took it is asked why.
    await two.get(`${to}/progress`)
    lines.length = 0
    await markAllUnusual(context)
    await markAllUnusual(context)
    const told = lines.filter((line) => line.includes('unusual looks'))
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('"why":"untaken"')
    for (const secret of [nameOf(world, 1), handset.imei, 'CR/OTHER', reference])
      expect(told[0]).not.toContain(secret)
    const page = await one.get('/desk/audit')
    expect(page.text).toContain(
      `${nameOf(world, 1)} looked at a case without ever taking it: CR/OTHER`,
    )

    // Who took it comes back later than anything is gone through, and is asked nothing.
    world.advance(10 * 24 * HOUR)
    const back = await seated(0)
    await back.get(`${to}/progress`)
    expect((await back.get('/desk/audit')).text).not.toContain(
      `${nameOf(world, 0)} looked at a case`,
    )

    // Two cases of one phone, and nothing done in either within a day.
    const imei = withCheckDigit(handset.imei)
    const { id } = await world.first.openCase({ imei, crimeReference: 'CR/A57', why: 'theft' })
    await world.first.case(id)
    await back.get(`${to}/progress`)
    world.advance(25 * HOUR)
    const later = await (await seated(0)).get('/desk/audit')
    expect(later.text).toContain(
      `${nameOf(world, 0)} looked at one phone in 2 cases and did nothing in any`,
    )
  })
})

describe('erasure', () => {
  test('A57, A100: with the phone’s data goes who knew its people and what was unusual about it', async () => {
    const { db } = world.running.context
    const handset = await world.enrolOne()
    const reference = await reported(handset)
    const [one, two, three] = [await seated(0), await seated(1), await seated(2)]
    await take(one, reference, { people: 'known' })
    const { to } = await take(two, reference, { crime: 'CR/ERASE', people: 'none' })
    await three.get(`${to}/progress`)
    await markAllUnusual(world.running.context)
    await two.post(`${to}/refuse`, { reason: 'no-crime' }, await two.get(to!))
    await world.pass(73 * HOUR)
    await world.enrolOne() // the hold is over once an entry says that it is later
    const count = async (table: 'known_people' | 'unusual_looks') =>
      (await db.selectFrom(table).selectAll().execute()).length
    const before = [await count('known_people'), await count('unusual_looks')]
    const imei = withCheckDigit(handset.imei)
    const by = world.founding.registry[0].signer
    expect(await ask(world, { path: '/v1/erasures', body: { imei }, by })).toMatchObject({
      json: { cases: 1 },
    })
    const after = [await count('known_people'), await count('unusual_looks')]
    expect(after).toEqual(before.map((rows) => rows - 1))
    expect((await (await seated(1)).get('/desk/audit')).text).not.toContain('CR/ERASE')
  })
})

describe('the owner', () => {
  test('A57: reads which force looked, how often and when, and never who', async () => {
    const handset = await world.enrolOne()
    const { pages } = await signedIn(world, handset.ownerKey.key)
    expect((await pages.get('/account')).text).not.toContain('Looked up by police')
    const reference = await reported(handset)
    const one = await seated(0)
    const { to } = await take(one, reference, { crime: 'CR/OWNER', people: 'none' })
    await one.get(to!)
    await one.get(to!)
    const at = world.surroundings.clock()
    const shown = await pages.get('/account')
    expect(shown.text).toContain(`${world.forceName} , 2 times, last`)
    expect(shown.text).toContain(whenWords(at).slice(6))
    for (const secret of [nameOf(world, 0), 'CR/OWNER']) expect(shown.html).not.toContain(secret)
  })
})
