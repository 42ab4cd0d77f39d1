import { afterAll, beforeAll, expect, test } from 'vitest'
import { NARROW, Site } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(1)
})
afterAll(() => site[Symbol.asyncDispose]())

/** Everything the browser loads for a first page, compressed: journeys O3.1. */
const MOST_BYTES = 60_000

test('a first page weighs less than 60 kB, and nothing comes from anywhere else', async () => {
  await using visitor = await site.visitor({ viewport: NARROW })
  let bytes = 0
  const session = await visitor.page.context().newCDPSession(visitor.page)
  await session.send('Network.enable')
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await visitor.page.goto('/check', { waitUntil: 'networkidle' })
  expect(visitor.strangers).toEqual([])
  expect(bytes).toBeGreaterThan(1_000)
  expect(bytes).toBeLessThan(MOST_BYTES)
})

test('says on every page that it is a demonstration, and bears neither crest nor crown nor their name', async () => {
  await using visitor = await site.visitor()
  await visitor.page.goto('/')
  expect(await visitor.page.textContent('header')).toContain('Demonstration. Not a police website.')
  const sheets = await visitor.page.evaluate(
    `Promise.all([...document.styleSheets].map(({ href }) => fetch(href).then((answer) => answer.text())))`,
  )
  expect(String(sheets)).not.toMatch(/crest|crown|GOV\.UK|GDS Transport/i)
  expect(String(sheets)).toContain('.govuk-button')
})

test('an address of nothing is a page for people and a problem for machines', async () => {
  await using visitor = await site.visitor({ viewport: NARROW })
  const answer = await visitor.page.goto('/nothing-is-here')
  expect(answer?.status()).toBe(404)
  expect(await visitor.page.textContent('h1')).toBe('Page not found')
  visitor.complaints.length = 0 // the browser's own line about the status
  await visitor.expectAccessible()
  await visitor.picture('not-found')
  const machine = await fetch(`${site.url}/nothing-is-here`, { headers: { accept: '*/*' } })
  expect(machine.headers.get('content-type')).toBe('application/problem+json')
  expect(await machine.json()).toMatchObject({ status: 404, code: 'not-found' })
})
