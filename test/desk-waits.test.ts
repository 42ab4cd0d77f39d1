import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { kidOf } from '../src/core/index.ts'
import { callerOf } from '../src/registry/model/caller.ts'
import { declareConflict } from '../src/registry/services/identities.ts'
import { ask } from './ask.ts'
import { forceAtWork, reportedByCard, seatedAt, takenUp } from './desk-seat.ts'
import { Pages, type Shown } from './pages.ts'
import type { WorldOptions } from './world-options.ts'
import { World, imeiNumber } from './world.ts'

const HOUR_MS = 3_600_000
const WHY = { why: 'theft', view: 'receipt' }
const VIEW = { view: 'fits', phone: '1', owner: '1', sales: '1' }

let world: World
const boot = async (options: WorldOptions = {}) => {
  world = await World.boot(options)
}
afterEach(() => world[Symbol.asyncDispose]())

/** The first officer proposes and signs. @returns the case's path */
async function proposed(reference: string, crime: string): Promise<string> {
  const { pages, passkey } = await seatedAt(world, 0)
  const page = await takenUp(pages, reference, crime)
  const { to } = await pages.post(`${page.path}/propose`, WHY, page)
  expect((await passkey.send(pages, await pages.get(to!))).to).toBe(`${page.path}/progress`)
  return page.path
}

/** The second officer with his own view, in front of the page to sign. */
async function second(reference: string) {
  const seat = await seatedAt(world, 1)
  const { pages } = seat
  const page = await takenUp(pages, reference)
  await pages.post(`${page.path}/view`, VIEW, page)
  return { ...seat, path: page.path, sign: await pages.get(`${page.path}/sign`) }
}

async function approved(reference: string): Promise<void> {
  const { passkey, pages, sign } = await second(reference)
  await passkey.send(pages, sign)
}

test('P2.F1: the page says which cap is used up, when it frees and who may raise it; the case waits, the hold runs on', async () => {
  await boot({ capPerHour: 2 })
  await world.stopEdge()
  const handsets = await world.enrol(2)
  const [first, late] = await Promise.all(handsets.map((one) => reportedByCard(world, one)))
  await proposed(first!, 'CR/CAP/1')
  await approved(first!)
  await proposed(late!, 'CR/CAP/2')
  await approved(late!)
  await world.lock({ imei: imeiNumber(500_001) }) // by the interface: the hour has room for one more
  const refused = await forceAtWork(world)
  expect(refused).toMatchObject([{ code: 'cap-exceeded' }])
  const states = await Promise.all(handsets.map(({ imei }) => world.stateOf(imei)))
  expect(states.toSorted()).toEqual(['held', 'stolen'])
  const waiting = states[0] === 'held' ? first! : late!

  const { pages } = await seatedAt(world, 2)
  const { text } = await takenUp(pages, waiting)
  const path = /\/desk\/case\/[0-9a-f-]{36}/.exec((await pages.get('/desk?mine=1')).html)![0]
  const progress = await pages.get(`${path}/progress`)
  for (const shown of [text, progress.text]) {
    expect(shown).toMatch(/The cap of zz\S* is used up: 2 locks in an hour\./)
    expect(shown).toMatch(/It frees at \d\d:\d\d/)
    expect(shown).toMatch(
      /(zz|The holders of the root keys) may raise it, which counts after seven days/,
    )
    expect(shown).toContain('The case waits')
  }
  expect(text).toContain('The owner’s lock is running, until')
  expect(progress.text).toMatch(/The owner’s lock ends \d\d:\d\d/)
  expect(progress.text).toContain('All have signed, and the log has not taken it')
  const again = await pages.post(`${path}/progress`, {}, progress)
  expect(again.status).toBe(409)
  expect(again.text).toContain('is used up')

  // It frees, and the case goes on with the signatures it has.
  world.advance(HOUR_MS + 60_000)
  const seat = await seatedAt(world, 2)
  const free = await seat.pages.get(`${path}/progress`)
  expect(free.text).not.toContain('is used up')
  expect((await seat.pages.post(`${path}/progress`, {}, free)).status).toBe(303)
  await world.until(
    async () =>
      !(await Promise.all(handsets.map(({ imei }) => world.stateOf(imei)))).includes('held'),
  )
})

test('P2.F3: a hold that ends while the page is open is said at once, and what was decided on it is not sent', async () => {
  await boot()
  const handset = await world.enrolOne()
  const reference = await reportedByCard(world, handset)
  await proposed(reference, 'CR/LAPSE/1')
  // The second officer's page is open when the 72 hours are over.
  world.advance(71.9 * HOUR_MS)
  const { pages, passkey, path, sign } = await second(reference)
  const page = await pages.get(path)
  expect(page.text).toContain('The owner’s lock is running, until')
  await world.pass(0.2 * HOUR_MS)
  expect(await world.stateOf(handset.imei)).toBe('protected')

  const late = await passkey.send(pages, sign)
  expect(late.status).toBe(409)
  expect(late.text).toContain(
    'The owner’s lock has ended: the phone is not locked. Nothing was sent',
  )
  expect(late.text).toContain('the log takes it no more. Propose it anew')
  // What may follow is the law's decision: a lock follows an open phone, by an order that names no hold.
  expect((await pages.get(`${path}/sign`)).text).toContain('of-mismatch')
  const now: Shown = await pages.get(path)
  const stale = await pages.post(`${path}/propose`, { ...WHY, shown: 'held' }, now)
  expect(stale.status).toBe(409)
  const { to } = await pages.post(`${path}/propose`, WHY, now)
  expect((await passkey.send(pages, await pages.get(to!))).to).toBe(`${path}/progress`)
  const other = await seatedAt(world, 0)
  await takenUp(other.pages, reference)
  await other.passkey.send(other.pages, await other.pages.get(`${path}/sign`))
  expect(await forceAtWork(world)).toEqual([])
  await world.settle()
  expect(await world.stateOf(handset.imei)).toBe('stolen')
  await world.audit()
})

test('P2.F3: signed by all, waiting for the log, and the hold ends: the log refuses, the case is open again', async () => {
  await boot({ capPerHour: 1 })
  await world.stopEdge()
  const handset = await world.enrolOne()
  const reference = await reportedByCard(world, handset)
  const path = await proposed(reference, 'CR/LAPSE/2')
  await world.lock({ imei: imeiNumber(500_001) })
  await approved(reference)
  expect(await forceAtWork(world)).toMatchObject([{ code: 'cap-exceeded' }])
  await world.pass(73 * HOUR_MS)
  const { pages } = await seatedAt(world, 0)
  const answer = await pages.post(`${path}/progress`, {}, await pages.get(`${path}/progress`))
  expect(answer.status).toBe(409)
  expect(answer.text).toContain('The case is open again: propose it anew')
  expect((await takenUp(pages, reference)).text).toContain('Go on to sign')
})

test('P2.F2: of a number in conflict the page says that the key is locked and not the number; a bare number is not', async () => {
  await boot()
  const handset = await world.enrolOne()
  const reference = await reportedByCard(world, handset)
  const { pages, name } = await seatedAt(world, 0)
  const page = await takenUp(pages, reference, 'CR/TWO/1')
  expect(page.text).not.toContain('Several phones wear this number')
  const { context } = world.running
  const { ledger } = context.sequencer
  const link = ledger.authorities.ofKey(kidOf(world.founding.officers[0]!.signer.key))[0]!
  const officer = callerOf(link)
  expect(officer.sub).toBe(name)
  const caseId = page.path.split('/').at(-1)!
  const conflict = { id: randomUUID(), caseId, imei: handset.imei }
  await declareConflict(context, officer, conflict)
  expect((await pages.get(page.path)).text).toContain(
    'The order names the hardware key of this one phone, not the number',
  )
  expect((await pages.post(`${page.path}/propose`, WHY, page)).to).toBe(`${page.path}/sign`)

  // A number that nobody enrolled: no key says which of them is meant.
  const body = { crimeReference: 'CR/TWO/2', why: 'theft', imei: imeiNumber(900_001) }
  const { json } = await ask(world, {
    path: '/v1/cases',
    body,
    by: world.founding.officers[0]!.signer,
  })
  const bare = `/desk/case/${String(json['id'])}`
  await declareConflict(context, officer, {
    id: randomUUID(),
    caseId: String(json['id']),
    imei: imeiNumber(900_001),
  })
  await pages.post(`${bare}/take`, {}, await pages.get(`${bare}/take`))
  const shown = await pages.get(bare)
  expect(shown.text).toContain('A lock of the number would hit them all')
  expect((await pages.post(`${bare}/propose`, WHY, shown)).text).toContain('identity-conflict')
})

test('A51, P2.3: a page that changes by itself ends with its session, and is one look in the record', async () => {
  await boot()
  const reference = await reportedByCard(world, await world.enrolOne())
  const { pages, name } = await seatedAt(world, 0)
  const page = await takenUp(pages, reference, 'CR/WATCH/1')
  const caseId = page.path.split('/').at(-1)!
  const looks = () =>
    world.running.context.db
      .selectFrom('audit')
      .select('who')
      .where('case_id', '=', caseId)
      .where('action', '=', 'case.view')
      .execute()
  const watched = [
    pages.get(`${page.path}/progress/live`),
    pages.get(`${page.path}/live?shown=held`),
  ]
  expect((await pages.get(`${page.path}/live?shown=nonsense`)).status).toBe(400)
  await world.until(async () => (await looks()).length === 2)
  const other = new Pages(world.running).useSession(pages.cookies.get('__Host-session')!)
  await other.post('/desk/sign-out', {}, page)
  for (const shown of await Promise.all(watched)) {
    expect(shown.headers.get('content-type')).toContain('text/event-stream')
    expect(shown.html).toContain('event: over')
  }
  expect((await pages.get(`${page.path}/progress/live`)).status).toBe(401)
  expect(await looks()).toEqual([{ who: name }, { who: name }]) // the case, and how far it has come
})
