import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { toBuffer } from 'bwip-js/node'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MESSAGES, checkDeviceCode, parseDeviceCode } from '../../core/index.ts'
import { nodeVerifiers } from '../../host/index.ts'
import type { LockScreen, Screen } from '../gate.ts'
import { Stage, refusalOf } from '../testing/stage.ts'
import { glassOf } from './glass.ts'
import { glassPage } from './page.ts'
import { LANGUAGES, languageOf, type Language } from './words.ts'

const CONTACT = { tel: '+442079460100', url: 'https://police.example/found' }
const locked = (kind: LockScreen['kind']): Screen => ({
  kind,
  authority: 'zz.force',
  index: 4711,
  until: kind === 'held' ? 1_800_000_000 : null,
  contact: CONTACT,
  message: 'return',
  language: null,
  reference: 'SM-7Q4K-2M9X',
})
const REFUSED = { type: 'display', code: 'part-refused', text: '' } as const
const SCREENS: readonly Screen[] = [
  {
    kind: 'restricted',
    parts: [
      { ...REFUSED, why: 'donor-stolen', authority: 'zz.force', until: null },
      { ...REFUSED, why: 'not-paired', authority: null, until: null },
    ],
  },
  { kind: 'activation-needed' },
  ...(['held', 'stolen', 'recovered', 'retired'] as const).map(locked),
]

describe.each(LANGUAGES)('the glass in %s', (language: Language) => {
  it('says on each screen what it is, and where to call in an emergency', async () => {
    const titles = SCREENS.map((screen) => glassOf(screen, language)!.title)
    expect(new Set(titles).size).toBe(SCREENS.length)
    for (const screen of SCREENS) {
      const page = glassPage(glassOf(screen, language)!, language, 'STOLEN-MODE:1:ABC')
      for (const number of ['112', '911', '999', '000']) expect(page).toContain(`tel:${number}`)
      expect(page).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`)
      expect(page).not.toMatch(/undefined|\[object|<script/)
    }
  })

  it('names the force, the entry, how to reach police, and the owner’s words', async () => {
    const glass = glassOf(locked('stolen'), language)!
    const page = glassPage(glass, language, null)
    for (const shown of ['zz.force', '4711', CONTACT.tel, CONTACT.url, 'SM-7Q4K-2M9X'])
      expect(page).toContain(shown)
    expect(glass.message).not.toBeNull()
    expect(glassOf(locked('held'), language)!.lines.join()).toMatch(/2027|UTC/)
  })

  it('has each of the owner’s messages in words of its own', () => {
    const said = MESSAGES.map(
      (message) => glassOf({ ...(locked('stolen') as LockScreen), message }, language)!.message,
    )
    expect(new Set(said).size).toBe(MESSAGES.length)
  })
})

describe('languages', () => {
  it('no two say the same', () => {
    const all = LANGUAGES.map((language) => JSON.stringify(glassOf(locked('stolen'), language)))
    expect(new Set(all).size).toBe(7)
  })

  it.each([
    ['pt-PT', 'pt-BR'],
    ['zh-CN', 'zh-Hans'],
    ['fr-CA', 'fr'],
    ['PT-br', 'pt-BR'],
    ['xx', 'en'],
  ])('for %s it speaks %s', (tag, language) => expect(languageOf(tag)).toBe(language))
})

describe('the code on the glass', () => {
  let stage: Stage
  beforeAll(async () => {
    const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
    const binary = await readFile(wasm)
    const wasmBinary = binary.buffer.slice(
      binary.byteOffset,
      binary.byteOffset + binary.length,
    ) as ArrayBuffer
    await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
    stage = await Stage.boot()
  })
  afterAll(() => stage.close())

  it('scans, and says which phone this is without unlocking it', async () => {
    const { index } = await stage.lock()
    const code = (await stage.phone.deviceCode())!
    const image = await toBuffer({
      bcid: 'qrcode',
      text: code,
      scale: 4,
      backgroundcolor: 'FFFFFF',
      padding: 8,
    })
    const [scanned] = await readBarcodes(new Uint8Array(image))
    expect(scanned?.text).toBe(code)
    const { dak } = parseDeviceCode(scanned!.text)
    expect(dak).toEqual(stage.ids.dak)
    const key = stage.registry.eats.at(-1)!.dak
    const { es256 } = nodeVerifiers()
    expect(checkDeviceCode(code, key, es256)).toMatchObject({ index, bootCount: 1 })
    expect(stage.phone.screen()).toMatchObject({ kind: 'stolen' })
  })

  it('is no other phone’s, and not altered', async () => {
    const code = (await stage.phone.deviceCode())!
    const key = stage.registry.eats.at(-1)!.dak
    const { es256 } = nodeVerifiers()
    const altered = Array.from(code, (_, i) => `${code.slice(0, i)}0${code.slice(i + 1)}`)
    for (const text of altered.filter((one) => one !== code))
      expect(await refusalOf(() => checkDeviceCode(text, key, es256))).not.toBe('none')
    expect(code.length).toBeLessThan(320)
  })

  it('shows the message its owner chose while the phone was open, and takes no other from a thief', async () => {
    expect(await refusalOf(() => stage.phone.setMessage('needed'))).toBe('forbidden')
    expect(stage.phone.screen()).toMatchObject({ message: 'return' })
  })
})
