import { OpenAPIHono } from '@hono/zod-openapi'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../src/cli/free-ports.ts'
import { createPortal } from '../../src/portal/index.ts'
import { serve, type Env, type Served } from '../../src/registry/index.ts'
import { World } from '../world.ts'
import {
  NARROW,
  Visitor,
  WIDE,
  expectGoodInBoth,
  forgiveAlgorithms,
  openBrowser,
} from './browser.ts'

const HOUR = 3_600_000

// In one process with its registry: a handover waits an hour, and only here a test moves the clock.
let world: World
let served: Served
let browser: Browser
let url: string
beforeAll(async () => {
  const [port] = await freePorts(1)
  world = await World.boot({ pagesPort: port! })
  const { context, hub } = world.running
  const app = new OpenAPIHono<Env>()
  app.route('/', createPortal(context, hub, { edgePort: 1, phones: () => [] }))
  served = await serve(app, port!)
  url = `http://localhost:${port}`
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await served.close()
  await world[Symbol.asyncDispose]()
})

const visitor = async (viewport: typeof NARROW) =>
  Visitor.open(await browser.newContext({ baseURL: url, viewport }))

test('O7.1, A23: the seller offers, the buyer scans the code, makes an account, waits and takes the phone', async () => {
  const { phone, ownerPem, card, imei } = await world.enrolOne()
  await using seller = await visitor(WIDE)
  const credential = Buffer.from('the seller').toString('base64url')
  await seller.addPasskeys([{ pem: ownerPem, credential, user: 'seller' }])
  await seller.page.goto('/account/new')
  await seller.page.getByLabel('Code on your recovery card').fill(card)
  await seller.page.getByRole('button', { name: 'Show my passkey' }).click()
  await seller.page.getByRole('link', { name: /^Sell it or give it away/ }).waitFor()
  await expectGoodInBoth(seller, 'account-protects')
  await phone.ask('transfer', { passcode: true, biometric: false })
  await seller.page.getByRole('link', { name: /^Sell it or give it away/ }).click()
  await seller.page.getByRole('button', { name: 'Offer it with my passkey' }).click()
  await seller.page.getByRole('heading', { name: 'Give this code to the buyer' }).waitFor()
  const code = (await seller.page.locator('bdi.app-number').textContent())!
  await expectGoodInBoth(seller, 'sell-offered')

  await using buyer = await visitor(NARROW)
  const { page } = buyer
  await buyer.addPasskeys()
  await page.goto(`/take#${code}`)
  expect(page.url()).toBe(`${url}/take`)
  await page.getByRole('link', { name: 'Make an account without a phone' }).click()
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Use my new passkey' }).click()
  await page.getByRole('heading', { name: 'Take a phone over' }).waitFor()
  forgiveAlgorithms(buyer)
  expect(await page.inputValue('#code')).toBe(code)
  await expectGoodInBoth(buyer, 'take-code')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(/^You can take it from/).waitFor()
  await expectGoodInBoth(buyer, 'take-waits')

  await world.pass(HOUR)
  // Longer than a session: the code that was typed is there after signing in.
  await page.goto('/take')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByLabel('The code the seller gave you').fill(code)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('When you sign, the phone is yours').waitFor()
  await expectGoodInBoth(buyer, 'take-ready')
  await page.getByRole('button', { name: 'Take it with my passkey' }).click()
  await page.getByRole('heading', { name: 'Recovery card' }).waitFor()
  await expectGoodInBoth(buyer, 'take-taken')
  await world.settle()
  await page.goto('/account')
  await page.getByText('Theft protection, on by default.').waitFor()
  await expectGoodInBoth(buyer, 'account-bought')

  // The seller says it was not his will: the buyer's page says so, until when he is heard, and where.
  await seller.page.goto('/report')
  await seller.page.getByLabel('Code on your recovery card').fill(card)
  await seller.page.getByLabel('It was stolen').check()
  await seller.page.getByRole('button', { name: 'Lock my phone' }).click()
  await seller.page.waitForLoadState('load')
  await page.goto('/account')
  await page.getByText(/Police wait for your side until/).waitFor()
  await expectGoodInBoth(buyer, 'account-disputed')
  await page.getByRole('link', { name: /^Say your side/ }).click()
  await page.getByRole('heading', { name: 'This is my phone' }).waitFor()
  expect(await world.stateOf(imei)).toBe('protected')
  await world.audit()
})
