import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPortal } from '../src/portal/index.ts'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { Pages, hiddenFields, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import { World } from './world.ts'

let world: World
let passkey: TestPasskey
/** Of the one phone. */
let phone: string
beforeAll(async () => {
  world = await World.boot()
  const handset = await world.enrolOne()
  passkey = new TestPasskey(handset.ownerPem)
  phone = `/account/phone/${deviceInPath(handset.device)}`
  const card = handset.card
  const pages = new Pages(world.running)
  await passkey.send(pages, await pages.get('/account/new'), { card })
})
afterAll(() => world[Symbol.asyncDispose]())

async function signIn(): Promise<Pages> {
  const pages = new Pages(world.running)
  expect(await passkey.send(pages, await pages.get('/account'))).toMatchObject({ status: 303 })
  return pages
}

/** A form of the owner's pages: sent too late, is what it held sent again, or where does signing in lead? */
const FORMS: readonly {
  readonly form: string
  readonly fields: Readonly<Record<string, string>>
  /** What of it is kept. */
  readonly keeps?: readonly string[]
  readonly leadsTo?: string
}[] = [
  { form: 'PHONE/trusted', fields: { name: 'Kim', form: '1' }, keeps: ['name', 'form'] },
  { form: 'PHONE/trusted/remove', fields: { id: 'x' }, keeps: ['id'] },
  { form: '/account/push', fields: { endpoint: 'x', label: 'Tab' }, keeps: ['endpoint', 'label'] },
  { form: '/account/push/remove', fields: { id: 'x' }, keeps: ['id'] },
  { form: 'PHONE/stop', fields: {}, keeps: [] },
  { form: 'PHONE/take-back', fields: {}, keeps: [] },
  { form: 'PHONE/skip', fields: { ask: 'card' }, keeps: ['ask'] },
  { form: 'PHONE/report', fields: { form: '1' }, keeps: ['form'] },
  { form: 'PHONE/card', fields: { response: '{}' }, leadsTo: 'PHONE/card' },
  { form: 'PHONE/sell', fields: { response: '{}', nonce: 'x', from: '1' }, leadsTo: 'PHONE/sell' },
  {
    form: 'PHONE/return',
    fields: { way: 'post', address: '1 Example Street' },
    keeps: ['way', 'address'],
  },
  { form: 'PHONE/undo', fields: { why: 'It is mine', word: 'x' }, keeps: ['why'] },
  { form: 'PHONE/word', fields: { response: '{}', word: 'x' }, leadsTo: 'PHONE/word' },
  {
    form: '/account/sign/00000000-0000-4000-8000-000000000000',
    fields: { response: '{}' },
    leadsTo: '/account/sign/00000000-0000-4000-8000-000000000000',
  },
  { form: '/account/passkeys/new', fields: { response: '{}' }, leadsTo: '/account/passkeys' },
  { form: '/account/passkeys/made', fields: { response: '{}' }, leadsTo: '/account/passkeys' },
  { form: '/account/passkeys/add', fields: { response: '{}' }, leadsTo: '/account/passkeys' },
  { form: '/account/passkeys/remove', fields: { response: '{}' }, leadsTo: '/account/passkeys' },
  { form: '/trusted', fields: { code: 'ABC', why: 'theft', form: '1' }, keeps: ['code', 'why'] },
  { form: '/trusted/accept', fields: { code: 'ABC' }, keeps: ['code'] },
  { form: '/take', fields: { code: 'ABC' }, keeps: ['code'] },
  { form: '/take/confirm', fields: { code: 'ABC', response: '{}' }, keeps: ['code'] },
]

test.each(FORMS)(
  'a session that ends loses nothing: $form',
  async ({ form, fields, keeps, leadsTo }) => {
    const here = (path: string) => path.replace('PHONE', phone)
    const pages = await signIn()
    const { csrf = '' } = hiddenFields((await pages.get('/account')).html)
    world.advance(32 * 60_000)
    const ended = await pages.post(here(form), { ...fields, csrf })
    expect(ended.status).toBe(401)
    expect(ended.text).toContain('Nothing is lost')
    const signed = await passkey.send(pages, ended)
    if (leadsTo !== undefined) {
      expect(signed).toMatchObject({ status: 303, to: here(leadsTo) })
      return
    }
    expect(signed.text).toContain('Go on where you were')
    const kept = hiddenFields(signed.html)
    for (const name of keeps!) expect(kept[name], name).toBe(fields[name])
    expect(kept['csrf']).not.toBe(csrf)
    const again = await sentAgain(pages, signed)
    expect([401, 500]).not.toContain(again.status)
    // Of this session, so that it is judged, and not refused as another's.
    expect(again.text).not.toContain('forbidden')
  },
)

/** Asked of nobody who is signed in. */
const OPEN = [
  '/account/sign-in',
  '/account/sign-out',
  '/account/new',
  '/account/create',
  '/account/create/use',
]

test('no form of the owner’s pages is left out above', () => {
  const { context, hub } = world.running
  const { routes } = createPortal(context, hub, { edgePort: 1, phones: () => [] })
  const posts = routes
    .filter(({ method, path }) => method === 'POST' && /^\/(account|take|trusted)\b/.test(path))
    .map(({ path }) => path)
  expect(posts.length).toBeGreaterThan(0)
  const tried = FORMS.map(({ form }) => form.replace('PHONE', '/account/phone/x'))
  for (const path of posts.filter((one) => !OPEN.includes(one))) {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`)
    expect(
      tried.filter((form) => pattern.test(form)),
      path,
    ).not.toEqual([])
  }
})

function sentAgain(pages: Pages, page: Shown): Promise<Shown> {
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.html)!
  return pages.post(action, {}, page)
}
