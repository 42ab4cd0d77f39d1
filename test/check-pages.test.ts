import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseImei14, verifyCheck, withCheckDigit } from '../src/core/index.ts'
import { sha256Fast } from '../src/host/index.ts'
import { createPortal } from '../src/portal/index.ts'
import { CHECK_WORDS } from '../src/portal/check/words.ts'
import { LANGUAGES, type Language } from '../src/portal/languages.ts'
import { LIMITS, LogFigures, serve, type Env, type Served } from '../src/registry/index.ts'
import { auditLaw } from '../src/wire/index.ts'
import { ask } from './ask.ts'
import { World, type Handset } from './world.ts'

let world: World
let site: Served
let stolen: Handset
let held: Handset
let free: Handset

const BURST = 40
beforeAll(async () => {
  const slow = { perSource: { burst: BURST, perSecond: 0.01 }, overall: LIMITS.lanes.check.overall }
  const lanes = { ...LIMITS.lanes, check: slow, print: slow }
  world = await World.boot({ limits: { ...LIMITS, lanes } })
  ;[stolen, held, free] = [await world.enrolOne(), await world.enrolOne(), await world.enrolOne()]
  await world.lock({ imei: stolen.imei })
  await held.owner.report('theft')
  const { context, hub } = world.running
  const app = new OpenAPIHono<Env>()
  app.route('/', createPortal(context, hub, { edgePort: 1, phones: () => [] }))
  site = await serve(app, 0)
})
afterAll(async () => {
  await site.close()
  await world[Symbol.asyncDispose]()
})
// Each test begins with whole buckets.
beforeEach(() => world.advance(BURST * 100_000))

const open = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, site.url), { headers, redirect: 'manual' })
const submit = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(new URL(path, site.url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
    redirect: 'manual',
  })
const checked = async (number: string, lang = 'en') =>
  (await submit(`/check?lang=${lang}`, { number })).text()
const answerIn = (html: string) => /name="a" value="([\w-]+)"/.exec(html)?.[1] ?? ''

describe('H2.1: the check', () => {
  test.each(Object.keys(LANGUAGES) as Language[])(
    'says in %s what is known and what to do now, never that a phone is clean',
    async (language) => {
      const words = CHECK_WORDS[language]
      for (const [{ imei }, state] of [
        [stolen, 'stolen'],
        [held, 'held'],
        [free, 'protected'],
      ] as const) {
        const html = await checked(withCheckDigit(imei), language)
        expect(html).toContain(
          `<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"`,
        )
        expect(html).toContain(words.states[state].sentence)
        for (const sentence of words.states[state].now) expect(html).toContain(sentence)
        expect(html).toContain(words.ready.no)
        expect(html).toContain(`<bdi class="app-number">${withCheckDigit(imei)}</bdi>`)
        expect(html.replace(/<[^>]*>/g, ' ')).not.toMatch(/\b(clean|safe to buy|blacklist)/i)
      }
    },
  )

  test('the browser’s language is spoken, until somebody chooses another', async () => {
    const of = async (path: string, language: string) =>
      /<html lang="([\w-]+)"/.exec(await (await open(path, { 'accept-language': language })).text())
    expect((await of('/check', 'xx, pt-PT;q=0.9'))?.[1]).toBe('pt-BR')
    expect((await of('/check', 'xx'))?.[1]).toBe('en')
    expect((await of('/check?lang=ar', 'fr'))?.[1]).toBe('ar')
    expect((await of('/check?lang=%22%3E', 'fr'))?.[1]).toBe('fr')
    const html = await (await open('/check?lang=ar')).text()
    expect(html).toMatch(/app-rtl-[0-9a-f]+\.css/)
    expect(html.match(/hreflang=/g)).toHaveLength(Object.keys(LANGUAGES).length - 1)
  })

  test('14, 15 and 16 digits, separators, other digits and a serial number are taken', async () => {
    const { imei } = stolen
    const whole = withCheckDigit(imei)
    const arabic = whole.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))
    const spaced = `${whole.slice(0, 8)} ${whole.slice(8, 14)} ${whole.slice(14)}`
    for (const typed of [imei, whole, `${imei}01`, spaced, arabic])
      expect(await checked(typed), typed.length.toString()).toContain(
        CHECK_WORDS.en.states.stolen.sentence,
      )
    const none = CHECK_WORDS.en.states.protected.sentence
    expect(await checked('demo-serial-1')).toContain(none)
  })

  test('A44, O3.F4: what cannot be a number gets a sentence of its own and stays in the field', async () => {
    for (const [typed, mistake] of [
      ['', 'empty'],
      ['0010170100', 'length'],
      ['00101701000001x!', 'serial'],
      ['001017010000010', 'checkDigit'],
      ['++--', 'digits'],
    ] as const) {
      const answer = await submit('/check?lang=fr', { number: typed })
      expect(answer.status).toBe(422)
      const html = await answer.text()
      expect(html).toContain(CHECK_WORDS.fr.mistakes[mistake].replaceAll("'", '&#39;'))
      expect(html).toContain(`value="${typed}"`)
    }
  })

  test('A61, A72, H2.F1: too fast is 429 with when to come back, in the reader’s language and without a puzzle', async () => {
    const number = withCheckDigit(free.imei)
    const answers = await Promise.all(
      Array.from({ length: BURST + 5 }, () => submit('/check?lang=es', { number })),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(5)
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)
    const html = await refused[0]!.text()
    expect(html).toContain(CHECK_WORDS.es.limited.title)
    expect(html).not.toMatch(/<img|captcha/i)
  })
})

describe('the signed answer', () => {
  test('H2.1: anybody sees that it is real, whose it is, and what number it is about', async () => {
    const a = answerIn(await checked(withCheckDigit(stolen.imei)))
    const seen = await (await open(`/check/verify?a=${a}`)).text()
    expect(seen).toContain(CHECK_WORDS.en.states.stolen.sentence)
    expect(seen).toContain('This answer is real.')
    expect(seen).not.toContain(stolen.imei)
    const compared = async (number: string) =>
      (await submit('/check/verify?lang=en', { a, number })).text()
    expect(await compared(stolen.imei)).toContain(CHECK_WORDS.en.verify.same)
    expect(await compared(free.imei)).toContain(CHECK_WORDS.en.verify.other)
    expect(await compared('12')).toContain(CHECK_WORDS.en.mistakes.length)
  })

  test('A69 an altered one is none, and nothing of it comes back', async () => {
    const a = answerIn(await checked(withCheckDigit(free.imei)))
    const altered = `${a.slice(0, -9)}${a.at(-9) === 'A' ? 'B' : 'A'}${a.slice(-8)}`
    for (const address of [altered, '', 'x', a.slice(0, 40), 'A'.repeat(9_000), '"><script>']) {
      const answer = await open(`/check/verify?lang=en&a=${encodeURIComponent(address)}`)
      expect(answer.status).toBe(422)
      const html = await answer.text()
      expect(html).toContain(CHECK_WORDS.en.verify.fake)
      expect(html).not.toContain('<script>')
    }
  })

  test('is printed with a code that names no number, and never beside a number it is not about', async () => {
    const a = answerIn(await checked(withCheckDigit(stolen.imei)))
    const paper = await (await submit('/check/print?lang=ja', { a, number: stolen.imei })).text()
    expect(paper).toContain(CHECK_WORDS.ja.states.stolen.sentence)
    expect(paper).toContain('data:image/svg+xml;base64,')
    const swapped = await (await submit('/check/print?lang=ja', { a, number: free.imei })).text()
    expect(swapped).toContain(CHECK_WORDS.ja.verify.other)
    expect(swapped).not.toContain('data:image/svg+xml')
    expect((await open('/check/print')).status).toBe(303)
  })

  test('A62, A64: programs get the same, in as many bytes for a hit as for a miss', async () => {
    const lengths = new Set<number>()
    for (const { imei } of [stolen, free]) {
      const { json, raw } = await answered(imei)
      lengths.add(raw)
      const { authorities } = world.running.context.sequencer.ledger
      const signed = Buffer.from(String(json['signed']), 'base64')
      const said = verifyCheck(new Uint8Array(signed), authorities, world.trust.verify.es256)
      expect(said).toMatchObject({ state: json['state'], treeSize: json['treeSize'] })
    }
    expect(lengths.size).toBe(1)
  })
})

async function answered(imei: string) {
  const { json } = await ask(world, { path: '/v1/checks', body: { imei } })
  const answer = await fetch(new URL('/v1/checks', world.registryUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ imei }),
  })
  return { json, raw: (await answer.arrayBuffer()).byteLength }
}

test('A32: a hit is a sighting, and the answer says neither when nor where nor by whom', async () => {
  await checked(withCheckDigit(stolen.imei))
  const { db } = world.running.context
  await expect
    .poll(() => db.selectFrom('sightings').select(['how', 'verdict']).execute())
    .toContainEqual({ how: 'check', verdict: 'stolen' })
  // Those of earlier checks may still be on their way: but none is of another phone.
  const seen = () => db.selectFrom('sightings').select('subject_id').distinct().execute()
  const before = await seen()
  await checked(withCheckDigit(free.imei))
  expect(await seen()).toEqual(before)
  const html = await checked(withCheckDigit(stolen.imei))
  for (const said of ['zz.force', 'officer', stolen.card]) expect(html).not.toContain(said)
})

test('A61: a phone that is known and one nobody ever heard of get the same answer, but for the number', async () => {
  const other = await world.enrolOne()
  const [known, unknown] = [
    withCheckDigit(other.imei),
    withCheckDigit(parseImei14('00999900000001')),
  ]
  const shape = (html: string, number: string) =>
    html.replaceAll(number, 'N').replaceAll(answerIn(html), 'A')
  expect(shape(await checked(unknown), unknown)).toBe(shape(await checked(known), known))
})

test('A54: a shop reads nothing of an order that two officers signed and no log holds', async () => {
  const secret = await world.enrolOne()
  const about = { crimeReference: 'WORLD/2', why: 'theft', imei: secret.imei } as const
  const { id } = await world.first.openCase(about)
  await world.first.propose(id)
  expect(await checked(withCheckDigit(secret.imei))).toContain(
    CHECK_WORDS.en.states.protected.sentence,
  )
})

test('A76: what was typed is text wherever it is shown', async () => {
  for (const number of ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\u202ex']) {
    const html = await checked(number)
    expect(html).not.toMatch(/<script>alert|<img src=x/)
  }
  const prefilled = await (await open('/check?imei=%22%3E%3Cb%3E')).text()
  expect(prefilled).not.toContain('"><b>')
})

describe('figures', () => {
  test('U1.2: what the page counts is what an audit of the log counts, and it keeps up', async () => {
    const { context } = world.running
    const figures = new LogFigures(context)
    const before = (await figures.now()).figures.total
    expect(before).toMatchObject({ locks: 1, holds: 1 })
    await world.lock({ imei: free.imei })
    const after = await figures.now()
    expect(after.figures.total.locks).toBe(before.locks + 1)
    const audited = await auditLaw({
      trust: world.trust,
      headTrust: world.trust,
      origin: world.log.key.name,
      read: async (path) => {
        const answer = await fetch(`${world.registryUrl}/log/${path}`)
        return answer.status === 404 ? null : new Uint8Array(await answer.arrayBuffer())
      },
      sha256: sha256Fast,
      earlier: [],
      resume: null,
    })
    expect(after.figures).toEqual(audited.figures)
    expect(after.size).toBe(audited.checkpoint.size)
  })

  test('A63, A78: a few are shown neither on the page nor in a CSV, and no cell is a formula', async () => {
    const html = await (await open('/figures')).text()
    expect(html).toMatch(/Verified<\/th><td[^>]*>not shown/)
    expect(html).toMatch(/Outstanding<\/th><td[^>]*>not shown/)
    const files = ['london', 'log', 'countries', 'operators']
    for (const name of files) {
      const answer = await open(`/figures/${name}.csv`)
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      for (const line of (await answer.text()).split('\r\n'))
        expect(line).not.toMatch(/(^|,)"?[=+@\t]/)
    }
    const log = await (await open('/figures/log.csv')).text()
    expect(log).toContain('"Verified","fewer than 5')
  })
})
