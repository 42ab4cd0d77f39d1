import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withCheckDigit } from '../src/core/index.ts'
import { forceAtWork, seatedAt } from './desk-seat.ts'
import { Pages, type Shown } from './pages.ts'
import { World, imeiNumber } from './world.ts'

const SAID = {
  why: 'theft',
  number: '07700 900123',
  operator: 'Example Mobile',
  name: 'Sam <b>Example</b>',
  happened: 'today at noon',
}

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** An owner leaves a request. @returns its page, and the reference on it */
async function requested(said: Partial<typeof SAID> & { imei?: string } = {}) {
  const pages = new Pages(world.running)
  const check = await pages.post('/request', { ...SAID, ...said }, await pages.get('/request'))
  const sent = await pages.post('/request/send', {}, check)
  const follow = () => pages.get(sent.to!)
  const reference = /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await follow()).text)![0]
  return { reference, follow }
}

/** The page of a request, by the link on the list. */
async function opened(pages: Pages, reference: string): Promise<Shown & { readonly path: string }> {
  const list = await pages.get('/desk/requests')
  const links = [...list.html.matchAll(/href="(\/desk\/requests\/[^"]+)">.*?<\/a>/gs)]
  const path = links.find(([link]) => link.includes(reference))![1]!
  return { ...(await pages.get(path)), path }
}

const obtained = (n: number) => ({
  imei: withCheckDigit(imeiNumber(n)),
  own: 'operator',
  crime: 'CR/REQ/1',
})

describe('requests at the desk', () => {
  test('A44, P1.1: the number an officer obtained is named back before a case is opened; then two officers block that phone alone', async () => {
    const { imei: enrolled } = await world.enrolOne()
    const stranger = enrolled
    const { reference, follow } = await requested({ imei: withCheckDigit(imeiNumber(800_001)) })
    await requested()
    const one = await seatedAt(world, 0)
    expect((await one.pages.get('/desk')).text).toContain('Requests without a card: 2 waiting')
    const page = await opened(one.pages, reference)
    for (const words of ['07700900123', 'Example Mobile', '1 other request', 'today at noon'])
      expect(page.text).toContain(words)
    expect(page.html).not.toContain('<b>Example')
    // The owner's word is shown, and never stands in the field already.
    expect(page.html).not.toMatch(/name="imei"[^>]*value="\d/)
    const { path } = page
    const right = obtained(800_001)
    const slip = right.imei.slice(0, 14) + String((Number(right.imei[14]) + 1) % 10)
    for (const [change, words] of [
      [{ imei: slip }, 'The last digit does not fit'],
      [{ imei: right.imei.slice(0, 14) }, 'all 15 digits'],
      [{ imei: '' }, 'all 15 digits'],
      [{ own: 'card' }, 'Choose how you obtained it'],
      [{ crime: '' }, 'Enter the crime reference'],
    ] as const)
      for (const step of ['check', 'take']) {
        const wrong = await one.pages.post(`${path}/${step}`, { ...right, ...change }, page)
        expect(wrong.status).toBe(422)
        expect(wrong.text).toContain(words)
      }
    const check = await one.pages.post(`${path}/check`, right, page)
    expect(check.text).toContain('The model is Example One')
    expect(check.text).toContain('The owner typed The same')
    const other = await one.pages.post(`${path}/check`, obtained(800_002), page)
    expect(other.text).toContain('Another number: find out why')
    const back = await one.pages.post(`${path}/change`, {}, check)
    expect(back.html).toContain(right.imei)

    const took = await one.pages.post(`${path}/take`, {}, check)
    expect(took.to).toMatch(/^\/desk\/case\//)
    // The same form twice is one case.
    expect((await one.pages.post(`${path}/take`, {}, check)).to).toBe(took.to)
    const found = await one.pages.get(took.to!)
    expect(found.text).toContain('What its owner says')
    expect(found.text).toContain('Number obtained From its operator')
    const queue = await one.pages.get('/desk?kind=request&mine=1')
    expect(queue.text).toContain(reference)
    expect((await follow()).text).toContain('An officer has taken it up')

    const why = { why: 'theft', view: 'spoke' }
    const sign = (await one.pages.post(`${took.to}/propose`, why, found)).to!
    await one.passkey.send(one.pages, await one.pages.get(sign))
    const two = await seatedAt(world, 1)
    const take = `${took.to}/take`
    await two.pages.post(take, {}, await two.pages.get(take))
    const view = { view: 'fits', phone: '1', owner: '1', sales: '1' }
    await two.pages.post(`${took.to}/view`, view, await two.pages.get(took.to!))
    await two.passkey.send(two.pages, await two.pages.get(sign))
    expect(await forceAtWork(world)).toEqual([])
    await world.settle()
    expect(await world.stateOf(imeiNumber(800_001))).toBe('stolen')
    expect(await world.stateOf(stranger)).toBe('protected')
    expect((await follow()).text).toContain('Stolen')
  })

  test('P1.F1: of two officers one has it, the other reads that it is answered and nothing more of the owner', async () => {
    const { reference } = await requested({ name: 'Kim Private' })
    const [one, two] = [await seatedAt(world, 0), await seatedAt(world, 1)]
    const pages = [await opened(one.pages, reference), await opened(two.pages, reference)]
    const { path } = pages[0]!
    const both = await Promise.all([
      one.pages.post(`${path}/take`, obtained(800_003), pages[0]),
      two.pages.post(`${path}/take`, obtained(800_003), pages[1]),
    ])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409])
    const late = both.find(({ status }) => status === 409)!
    expect(late.text).toContain('is answered')
    expect(late.text).not.toContain('Kim Private')
    for (const who of [one, two]) {
      expect((await who.pages.get(path)).text).not.toContain('Kim Private')
      const refused = await who.pages.post(`${path}/refuse`, { reason: 'twice' }, pages[0]!)
      expect(refused.status).toBeGreaterThanOrEqual(403)
    }
    const { db } = world.running.context
    const cases = await db
      .selectFrom('requests')
      .innerJoin('cases', 'cases.id', 'requests.case_id')
      .select('cases.id')
      .where('requests.reference', '=', reference)
      .execute()
    expect(cases).toHaveLength(1)
  })

  test('P2.2: refused with a reason of the list, in words the owner reads', async () => {
    const { reference, follow } = await requested()
    const { pages } = await seatedAt(world, 0)
    const page = await opened(pages, reference)
    const wrong = await pages.post(`${page.path}/refuse`, { reason: '<script>' }, page)
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('Choose why you refuse it')
    const refused = await pages.post(`${page.path}/refuse`, { reason: 'no-imei' }, page)
    expect(refused.to).toBe('/desk/requests')
    const shown = await follow()
    expect(shown.text).toContain('Neither your operator nor your papers gave the number')
    expect((await pages.get('/desk/requests')).text).not.toContain(reference)
  })

  test('A57: every look at a request is recorded, and nobody looks without a seat', async () => {
    const { reference } = await requested({ name: 'Alex Looked-At' })
    const { pages, name } = await seatedAt(world, 0)
    const { path } = await opened(pages, reference)
    const stranger = new Pages(world.running)
    for (const about of [path, '/desk/requests']) {
      const answer = await stranger.get(about)
      expect(answer.status).toBe(401)
      expect(answer.text).not.toContain('Alex')
    }
    expect((await pages.get('/desk/requests/nonsense')).status).toBe(404)
    expect((await pages.get('/desk/requests?after=nonsense')).status).toBe(400)
    const rows = await world.running.context.db
      .selectFrom('audit')
      .select(['who', 'action'])
      .where('request_id', '=', path.split('/').at(-1)!)
      .execute()
    expect(rows).toEqual([{ who: name, action: 'request.view' }])
  })
})
