import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseOrder, withCheckDigit } from '../src/core/index.ts'
import { LIMITS } from '../src/registry/index.ts'
import { noticesOf } from '../src/registry/services/notices.ts'
import { CaseAnswer, RequestAnswerAnswer, RequestPage } from '../src/wire/index.ts'
import { Pages, type Shown } from './pages.ts'
import { World, imeiNumber } from './world.ts'

const SAID = {
  why: 'theft',
  number: '07700 900123',
  operator: 'Example Mobile',
  name: 'Sam Example',
  happened: 'today at noon',
}
/** Of a phone that nobody enrolled. */
const BARE = imeiNumber(900_001)

let world: World
beforeAll(async () => {
  world = await World.boot()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Through all pages, to the reference. */
async function ask(pages: Pages, said: Record<string, string> = {}): Promise<Shown> {
  const check = await pages.post('/request', { ...SAID, ...said }, await pages.get('/request'))
  expect(check.status).toBe(200)
  const sent = await pages.post('/request/send', {}, check)
  expect(sent.status).toBe(303)
  return pages.get(sent.to!)
}

const referenceOn = ({ text }: Shown) => /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)![0]
const waiting = () => world.first.get('/v1/requests?limit=200', RequestPage)

async function waitingFor(reference: string) {
  const found = (await waiting()).items.find((item) => item.reference === reference)
  if (found === undefined) throw new Error('no such request waits')
  return found
}

describe('a phone that nobody enrolled', () => {
  test('O3: without a card or an IMEI it becomes a request, with a reference, and no order and no status', async () => {
    const { ledger } = world.running.context.sequencer
    const { size } = ledger
    const pages = new Pages(world.running)
    expect((await pages.get('/report')).html).toContain('href="/request"')
    const sent = await ask(pages)
    expect(sent.text).toContain('Your request is with the police')
    expect(sent.text).toContain('Not blocked.')
    expect(sent.html).toContain('govuk-exit-this-page')
    expect(sent.headers.get('cache-control')).toBe('no-store')
    expect(ledger.size).toBe(size)
    expect(pages.cookies.size).toBe(0)
    expect(await waitingFor(referenceOn(sent))).toMatchObject({ imei: null, number: '07700900123' })
  })

  test('A44, O3.F4: a wrong IMEI is named before anything is sent, and a right one says which model it is', async () => {
    const { imei } = await world.enrolOne()
    const pages = new Pages(world.running)
    const right = withCheckDigit(imei)
    const wrong = right.slice(0, 14) + String((Number(right[14]) + 1) % 10)
    const form = await pages.get('/request')
    const refused = await pages.post('/request', { ...SAID, imei: wrong }, form)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('The last digit does not fit the others')
    expect(refused.html).toContain(`value="${wrong}"`)
    for (const [typed, sentence] of [
      ['1234', '15 digits'],
      ['00101701 ABCDEF 1', 'digits only'],
    ] as const)
      expect((await pages.post('/request', { ...SAID, imei: typed }, form)).text).toContain(
        sentence,
      )
    // The model follows from the first eight digits: a phone nobody enrolled is answered as one somebody did.
    const known = await pages.post('/request', { ...SAID, imei: right }, form)
    const unknown = await pages.post('/request', { ...SAID, imei: withCheckDigit(BARE) }, form)
    for (const page of [known, unknown])
      expect(page.text).toContain('The model is Example One. Yours?')
    const back = await pages.post('/request/change', {}, known)
    expect(back.html).toContain(`value="${right}"`)
    expect(back.html).toContain('value="Sam Example"')
  })

  test('pitfall 12: a request about an enrolled phone changes nothing, and its owner is told', async () => {
    const { imei, device } = await world.enrolOne()
    const pages = new Pages(world.running)
    await ask(pages, { imei: withCheckDigit(imei) })
    expect(await world.stateOf(imei)).toBe('protected')
    const checked = await pages.post('/check', { imei: withCheckDigit(imei) })
    expect(checked.text).not.toContain('Reported')
    const notices = await noticesOf(world.running.context.db, device)
    expect(notices.map(({ what }) => what)).toEqual(['police-asked'])
  })

  test('the officer obtains the number; the lock says how, and the owner can follow it', async () => {
    const pages = new Pages(world.running)
    const reference = referenceOn(await ask(pages))
    const { id } = await waitingFor(reference)
    const answer = { crimeReference: 'WORLD/7', imei: withCheckDigit(BARE), own: 'operator' }
    const path = `/v1/requests/${id}/answer`
    const { caseId } = await world.first.post(path, answer, RequestAnswerAnswer)
    // Two take it at once: one has it.
    await expect(world.second.post(path, answer, RequestAnswerAnswer)).rejects.toMatchObject({
      code: 'wrong-state',
    })
    expect((await waiting()).items.map((item) => item.id)).not.toContain(id)
    expect(await world.first.get(`/v1/cases/${caseId}`, CaseAnswer)).toMatchObject({ why: 'theft' })
    const draft = await world.first.propose(caseId!)
    expect(parseOrder(draft.payload).own?.[0]).toBe('operator')
    const follow = async () => {
      const asked = { reference: reference.toLowerCase(), number: '+07700 900 123' }
      const sent = await pages.post('/request/follow', asked, await pages.get('/request/follow'))
      return pages.get(sent.to!)
    }
    expect((await follow()).text).toContain('Not blocked yet')
    await world.second.approve(await world.second.waiting(caseId!, 'lock'), world.force)
    await world.settle()
    const locked = await follow()
    expect(locked.text).toContain('Blocked everywhere')
    expect(locked.html).not.toContain(BARE)
    expect(await world.stateOf(BARE)).toBe('stolen')
  })

  test('a refusal gives its reason; neither reference nor number alone shows anything', async () => {
    const pages = new Pages(world.running)
    const reference = referenceOn(await ask(pages, { number: '07700 900456' }))
    const { id } = await waitingFor(reference)
    const reason = 'The contract is in another name. <b>Come</b> with a receipt.'
    await world.first.post(`/v1/requests/${id}/answer`, { reason }, RequestAnswerAnswer)
    const form = await pages.get('/request/follow')
    for (const wrong of [
      { reference, number: '07700 900457' },
      { reference, number: '' },
      { reference: 'SM-0000-0000', number: '07700 900456' },
    ])
      expect(await pages.post('/request/follow', wrong, form)).toMatchObject({ status: 403 })
    const right = { reference, number: '07700 900456' }
    const { to } = await pages.post('/request/follow', right, form)
    const shown = await pages.get(to!)
    expect(shown.text).toContain('Police did not block a phone')
    expect(shown.html).toContain('&lt;b&gt;Come&lt;/b&gt;')
  })

  test('A96, A76: sent twice it is one request; what is typed is bounded, and text whatever it holds', async () => {
    const pages = new Pages(world.running)
    const hostile = { name: '<script>alert(1)</script>', number: '07700 900789' }
    const form = await pages.get('/request')
    const check = await pages.post('/request', { ...SAID, ...hostile }, form)
    expect(check.html).not.toContain('<script>alert')
    const sent = await Promise.all([
      pages.post('/request/send', {}, check),
      pages.post('/request/send', {}, check),
    ])
    expect(sent.map(({ status }) => status)).toEqual([303, 303])
    const same = (await waiting()).items.filter(({ number }) => number === '07700900789')
    expect(same).toHaveLength(1)
    expect(await pages.post('/request', { ...SAID, name: 'x'.repeat(61) }, form)).toMatchObject({
      status: 422,
    })
    const huge = await pages.post('/request', { ...SAID, name: 'x'.repeat(1_000_000) }, form)
    expect(huge.status).toBe(413)
    const empty = await pages.post('/request', {}, form)
    for (const sentence of ['Choose what happened', 'Enter the number', 'Enter your name'])
      expect(empty.text).toContain(sentence)
  })

  test('A57: only an officer reads requests, and each look is recorded', async () => {
    const { db } = world.running.context
    const looks = () =>
      db.selectFrom('audit').select('id').where('action', '=', 'request.list').execute()
    const before = (await looks()).length
    await waiting()
    expect(await looks()).toHaveLength(before + 1)
    const operator = world.desk(world.founding.operators[0]!.signer)
    await expect(operator.get('/v1/requests', RequestPage)).rejects.toMatchObject({
      code: 'forbidden',
    })
    const answer = world.first.post(
      `/v1/requests/${'0'.repeat(36)}/answer`,
      { reason: 'x' },
      z.any(),
    )
    await expect(answer).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('A46: requests of one source are few, and a source that is refused reads what else helps', async () => {
  await using slow = await World.boot({ limits: LIMITS })
  const pages = new Pages(slow.running, '192.0.2.7')
  const { burst } = LIMITS.lanes.request.perSource
  for (let i = 0; i < burst; i++) await ask(pages, { number: `07700 90010${i}` })
  const check = await pages.post('/request', SAID, await pages.get('/request'))
  const refused = await pages.post('/request/send', {}, check)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
})
