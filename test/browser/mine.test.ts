import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGES, type Language } from '../../src/portal/languages.ts'
import { NARROW, Site, WIDE } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(1)
})
afterAll(() => site[Symbol.asyncDispose]())

test.each(Object.keys(LANGUAGES) as Language[])(
  'O8.1, H1.1: “This is my phone” in %s, at 360 and 1300 pixels, with what was wrong',
  async (language) => {
    for (const viewport of [NARROW, WIDE]) {
      await using holder = await site.visitor({ viewport, hasScripts: viewport === WIDE })
      const { page } = holder
      await page.goto(`/mine?lang=${language}`)
      await holder.expectAccessible()
      await page.click('form .govuk-button')
      await page.waitForSelector('.govuk-error-summary')
      holder.complaints.length = 0 // the browser's own line about the status
      await holder.expectAccessible()
      if (viewport === NARROW) await holder.picture(`mine-${language}-narrow`)
    }
  },
)

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
