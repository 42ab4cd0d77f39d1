import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPortal } from '../src/portal/index.ts'
import { kidOf } from '../src/core/index.ts'
import { Pages } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { signedIn } from './signed-in.ts'
import { World } from './world.ts'

const SAMPLES: Readonly<Record<string, string>> = {
  ':id': '00000000-0000-4000-8000-000000000000',
  ':draft': '00000000-0000-4000-8000-000000000000',
  ':device': 'A'.repeat(43),
  ':reference': 'SM-7Q4K-2M9X',
  ':index': '0',
  ':ticket': 'A'.repeat(60),
  ':detail': 'where',
  ':act': 'hold',
  ':file': 'page.js',
}

/** Forms of nobody who is signed in already: they hold no token of a session, and are refused by where they come from. */
const OF_NOBODY = new Set([
  '/account/create',
  '/account/create/use',
  '/account/new',
  '/account/sign-in',
  '/appeal',
  '/appeal/:ticket/again',
  '/appeal/follow',
  '/check',
  '/check/print',
  '/check/verify',
  '/follow',
  '/mine',
  '/practice',
  '/report',
  '/report/:ticket/:detail',
  '/request',
  '/request/change',
  '/request/follow',
  '/request/send',
])
/** Shows the form again with what it was given, whatever that is. */
const SHOWS_AGAIN = '/request/change'

let world: World
let portal: ReturnType<typeof createPortal>
let pages: { readonly get: readonly string[]; readonly post: readonly string[] }
/** Of an owner, and of an officer, who are signed in. */
let cookie: string
let officers: string

beforeAll(async () => {
  world = await World.boot()
  await world.enrolOne()
  const { context, hub } = world.running
  portal = createPortal(context, hub, { edgePort: 1, phones: () => [] })
  const of = (method: string) => [
    ...new Set(
      portal.routes
        .filter((route) => route.method === method && !route.path.includes('*'))
        .map(({ path }) => path),
    ),
  ]
  pages = { get: of('GET'), post: of('POST') }
  cookie = cookieOf((await signedIn(world)).pages)
  officers = cookieOf(await officer())
})
afterAll(() => world[Symbol.asyncDispose]())

const cookieOf = ({ cookies }: Pages) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

async function officer(): Promise<Pages> {
  const { pem, signer } = world.founding.officers[0]!
  const { authorities } = world.running.context.sequencer.ledger
  const name = authorities.ofKey(kidOf(signer.key))[0]!.cert.sub
  const browser = new Pages(world.running)
  await new TestPasskey(pem).send(browser, await browser.get('/desk'), { name })
  return browser
}

const addressOf = (path: string) =>
  path
    .split('/')
    .map((part) => (part.startsWith(':') ? (SAMPLES[part] ?? 'x') : part))
    .join('/')

const env = { incoming: { socket: { remoteAddress: '192.0.2.77' } } }
const ask = (path: string, init: RequestInit = {}) =>
  portal.request(`http://localhost${addressOf(path)}`, init, env)
const form = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
})

/** How many rows each table has. */
async function rows(): Promise<Record<string, number>> {
  const { db } = world.running.context
  const { rows: tables } = await sql<{
    name: string
  }>`select tablename as name from pg_tables where schemaname = current_schema()`.execute(db)
  const counted = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows: found } = await sql<{
        n: string
      }>`select count(*) as n from ${sql.table(name)}`.execute(db)
      return [name, Number(found[0]?.n)] as const
    }),
  )
  return Object.fromEntries(counted)
}

/** Rubbish a form may hold, or be. */
const MEGABYTE = 'x'.repeat(1_000_000)
const HOSTILE: Readonly<Record<string, () => RequestInit>> = {
  'a field of a megabyte': () => form(`card=${MEGABYTE}&number=${MEGABYTE}`),
  'a thousand fields': () => form(Array.from({ length: 1_000 }, (_, i) => `f${i}=x`).join('&')),
  'bytes that are no text': () => form('card=%ff%fe%00&number=%00&why=%f0%28%8c%bc&name=%ed%a0%80'),
  'names of what objects have': () =>
    form('__proto__=x&constructor=x&toString=x&card[]=1&card[]=2'),
  'a file where there is none wanted': () => {
    const body = new FormData()
    body.set('card', new File([new Uint8Array(2_000)], '../../etc/passwd'))
    body.set('number', new File(['<script>'], 'a.png', { type: 'text/html' }))
    return { method: 'POST', body }
  },
  'a body of another kind': () =>
    form('{"card":{"$ne":1}}', { 'content-type': 'application/json' }),
  'multipart without an end': () =>
    form('--x\r\ncontent-disposition: form-data; name="card"\r\n\r\nx', {
      'content-type': 'multipart/form-data; boundary=x',
    }),
  'nothing at all': () => form(''),
}

describe.each(Object.keys(HOSTILE))('A77: %s', (name) => {
  test.each([true, false])('is refused by every form, signed in: %s', async (isSignedIn) => {
    for (const path of pages.post) {
      const request = new Request('http://localhost/', HOSTILE[name]!())
      if (isSignedIn) request.headers.set('cookie', path.startsWith('/desk') ? officers : cookie)
      const answer = await ask(path, request)
      if (path !== SHOWS_AGAIN) expect(answer.status, path).toBeGreaterThanOrEqual(300)
      expect(answer.status, path).toBeLessThan(500)
      const html = await answer.text()
      expect(html.length, path).toBeLessThan(200_000)
      expect(html, path).not.toMatch(/<script>|\$ne|etc\/passwd/)
    }
  })
})

describe('A71', () => {
  test('a form that another site sends is refused, and so is one without the session’s token', async () => {
    for (const path of pages.post) {
      const own = path.startsWith('/desk') ? officers : cookie
      const foreign = await ask(path, form('x=1', { cookie: own, 'sec-fetch-site': 'cross-site' }))
      // A ticket that means nothing is looked at before the form.
      expect(foreign.status, path).toBe(path === '/report/:ticket/:detail' ? 404 : 403)
      if (OF_NOBODY.has(path)) continue
      const without = await ask(path, form('x=1', { cookie: own, 'sec-fetch-site': 'same-origin' }))
      expect(without.status, path).toBe(403)
    }
  })

  test('looking at pages changes nothing, and none is framed, kept, or full of foreign things', async () => {
    const before = await rows()
    for (const path of pages.get) {
      const answer = await ask(path, { headers: { cookie } })
      expect(answer.status, path).toBeLessThan(500)
      const policy = answer.headers.get('content-security-policy')
      expect(policy, path).toContain("frame-ancestors 'none'")
      expect(policy, path).not.toContain('unsafe-inline')
      const html = await answer.text()
      expect(html, path).not.toMatch(
        /<script(?![^>]*src="\/assets\/)|style="|\son\w+="|javascript:/,
      )
      expect(html, path).not.toMatch(/(?:src|action)="https?:/)
    }
    expect(await rows()).toEqual(before)
  })
})

test.each([
  'after=%00&case=%00&officer=a%00b&lang=%00&state=x',
  'after=1.------------------------------------&day=9999-99-99&mark=x&kind=x&lang=xx',
  `after=${'9'.repeat(15)}.00000000-0000-4000-8000-000000000000&day=0000-00-00&imei=%27%22%3C&a=%FF%FE`,
  `q=${'x'.repeat(8_000)}&lang=__proto__&state=constructor&mark=toString&action=%25%27`,
])('A77, A92: whatever stands in an address, no page falls over it: %s', async (query) => {
  for (const path of pages.get) {
    const own = path.startsWith('/desk') ? officers : cookie
    const answer = await ask(`${path}?${query}`, { headers: { cookie: own } })
    expect(answer.status, path).toBeLessThan(500)
    expect(await answer.text(), path).not.toContain('\u0027"<')
  }
})

test('A70: every page says that it is a demonstration, and none asks for passcode, payment or a code by text', async () => {
  for (const path of pages.get.filter((one) => !/assets|csv/.test(one))) {
    const answer = await ask(path, { headers: { accept: 'text/html' } })
    const html = await answer.text()
    // Some lead to another page, or are a script.
    if (html === '' || !answer.headers.get('content-type')?.startsWith('text/html')) continue
    expect(html, path).toContain('Demonstration. Not a police website.')
    const fields = [...html.matchAll(/<label[^>]*>(.*?)<\/label>/gs)].map(([, label]) => label)
    expect(fields.join(' '), path).not.toMatch(/passcode|password|\bPIN\b|bank|payment|by text/i)
  }
})
