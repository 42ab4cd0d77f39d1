import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NARROW, Site, WIDE } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await Site.start(1, true)
})
afterAll(() => site[Symbol.asyncDispose]())

/** What anybody may open who has neither card nor account; in Arabic where a page speaks it. */
const PAGES = [
  '/',
  '/account',
  '/account/create',
  '/account/new',
  '/appeal',
  '/appeal/follow',
  '/check',
  '/check?lang=ar',
  '/check?imei=001017010000019',
  '/check/verify',
  '/check/verify?lang=ar',
  '/desk',
  '/entry/0',
  '/figures',
  '/follow',
  '/lab',
  '/mine',
  '/mine?lang=ar',
  '/practice',
  '/report',
  '/request',
  '/request/follow',
  '/take',
  '/trusted',
]
/** Answers that are not 200 on purpose: an answer of nobody's was not given to be verified. */
const REFUSED = /^\/check\/verify/

describe.each([
  ['at 360 pixels', NARROW],
  ['at 1300 pixels', WIDE],
] as const)('%s', (_, viewport) => {
  test.each([true, false])('every page is accessible, with scripts: %s', async (hasScripts) => {
    await using visitor = await site.visitor({ viewport, hasScripts })
    for (const path of PAGES) {
      const answer = await visitor.page.goto(path, { waitUntil: 'load' })
      if (REFUSED.test(path))
        visitor.complaints.length = 0 // the browser's own line about the status
      else expect(answer?.status(), path).toBe(200)
      await visitor.expectAccessible()
      await visitor.picture(`every${path.replace(/\W+/g, '-')}-${viewport.width}`)
    }
  })
})
