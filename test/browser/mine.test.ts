import { afterAll, beforeAll, expect, test } from 'vitest'
import { NARROW, Site, WIDE } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(1)
})
afterAll(() => site[Symbol.asyncDispose]())

test.each([
  ['wide', { viewport: WIDE }],
  ['narrow', { viewport: NARROW, hasScripts: false }],
])('O7, O8: whoever was handed a phone finds his way, %s', async (name, options) => {
  await using holder = await site.visitor(options)
  await holder.page.goto('/mine')
  await holder.expectAccessible()
  await holder.picture(`mine-${name}`)
  // Taking a phone over wants a passkey, and the page says so.
  await holder.page.goto('/take')
  await holder.expectAccessible()
  await holder.picture(`take-${name}`)
  expect(await holder.page.locator('h1').count()).toBe(1)
})
