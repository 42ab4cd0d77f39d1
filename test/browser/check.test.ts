import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { toBuffer } from 'bwip-js/node'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHECK_WORDS } from '../../src/portal/check/words.ts'
import { LANGUAGES, type Language } from '../../src/portal/languages.ts'
import { NARROW, Site, WIDE } from './browser.ts'

let site: Site
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
  const wasmBinary = new Uint8Array(await readFile(wasm)).buffer
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  site = await Site.start(1)
})
afterAll(() => site[Symbol.asyncDispose]())

const IMEI = '001017010000019'

describe.each(Object.keys(LANGUAGES) as Language[])('H2.1: in %s', (language) => {
  test('asked, answered, printed and verified, by keyboard, at 360 pixels and without scripts', async () => {
    const words = CHECK_WORDS[language]
    for (const [viewport, hasScripts] of [
      [NARROW, false],
      [WIDE, true],
    ] as const) {
      await using visitor = await site.visitor({ viewport, hasScripts })
      const { page } = visitor
      await page.goto(`/check?lang=${language}`)
      await visitor.expectAccessible()
      await page.focus('#number')
      await page.keyboard.type(IMEI)
      await page.keyboard.press('Enter')
      await page.waitForSelector('section[role=status]')
      expect(await page.textContent('main')).toContain(words.states.protected.sentence)
      expect(page.url()).not.toContain(IMEI)
      await visitor.expectAccessible()
      await visitor.picture(`check-${language}${hasScripts ? '' : '-narrow'}`)
      await page.click('.govuk-button--secondary')
      await page.waitForSelector('.app-code-picture')
      await visitor.expectAccessible()
      if (!hasScripts) {
        await visitor.picture(`check-print-${language}-narrow`)
        continue
      }
      await visitor.picture(`check-print-${language}`)
      const address = await codeOn(await page.locator('.app-code-picture').screenshot())
      expect(address).not.toContain(IMEI.slice(0, 14))
      const { pathname, search } = new URL(address)
      await page.goto(`${pathname}${search}&lang=${language}`)
      await page.fill('#number', IMEI)
      await page.keyboard.press('Enter')
      await page.waitForSelector('section[role=status]')
      expect(await page.textContent('main')).toContain(words.verify.same)
      await visitor.expectAccessible()
      await visitor.picture(`check-verify-${language}`)
    }
  })
})

/** What a phone reads off the paper. */
async function codeOn(picture: Uint8Array): Promise<string> {
  const [found] = await readBarcodes(picture, { formats: ['QRCode'] })
  return found?.text ?? ''
}

test('B1.2: a picture of *#06# is read in the browser, and sent nowhere', async () => {
  const picture = await toBuffer({
    bcid: 'code128',
    text: IMEI,
    scale: 3,
    paddingwidth: 10,
    paddingheight: 10,
    backgroundcolor: 'ffffff',
  })
  await using visitor = await site.visitor()
  const { page } = visitor
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url())
  })
  await page.goto('/check?lang=en')
  await page.setInputFiles('#picture', { name: 'a.png', mimeType: 'image/png', buffer: picture })
  await page.waitForSelector('[data-said=found]:not([hidden])')
  expect(await page.inputValue('#number')).toBe(IMEI)
  await page.setInputFiles('#picture', {
    name: 'no.png',
    mimeType: 'image/png',
    buffer: Buffer.from('no picture'),
  })
  await page.waitForSelector('[data-said=nothing]:not([hidden])')
  expect(sent).toEqual([])
  await visitor.expectAccessible()
})

test('U1.2: the figures are accessible, each with its table, source and command', async () => {
  for (const viewport of [NARROW, WIDE]) {
    await using visitor = await site.visitor({ viewport })
    await visitor.page.goto('/figures')
    await visitor.expectAccessible()
    await visitor.picture(viewport === NARROW ? 'figures-narrow' : 'figures-wide')
  }
})
