import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  checkDigit,
  listedImei,
  maskImei,
  parseImei,
  parseImei14,
  parseSerial,
  tacOf,
  withCheckDigit,
} from './imei.ts'

const IMEI14 = '00101701000001'
const serials = fc.integer({ min: 0, max: 999_999 }).map((n) => String(n).padStart(6, '0'))

describe('check digit, TS 23.003 annex B', () => {
  it.each([
    ['81111101313646', 4],
    ['31111106045110', 0],
    ['41111101365980', 8],
    ['10000001000001', 5],
    ['00101701000001', 9],
    ['00101701999999', 7],
    ['00000000000000', 0],
  ])('%s → %i', (imei, digit) => {
    expect(checkDigit(parseImei14(imei))).toBe(digit)
  })
})

describe('an IMEI typed by a person', () => {
  it('reads 14 and 16 digits without a check digit, 15 with the right one', () => {
    expect(parseImei(IMEI14)).toEqual({ imei14: IMEI14, svn: null })
    expect(parseImei(`${IMEI14}9`)).toEqual({ imei14: IMEI14, svn: null })
    expect(parseImei(`${IMEI14}42`)).toEqual({ imei14: IMEI14, svn: '42' })
  })

  it.each([
    ['spaces', '00 101701 000001 9'],
    ['hyphens', '00-101701-000001-9'],
    ['slashes and dots', '00/101701.000001/9'],
    ['an en dash and a non-breaking hyphen', '00–101701‑000001-9'],
    ['no-break spaces, tab, line end', '\t00\u00a0101701\u202f0000019\n'],
    ['direction marks', '\u200e00101701\u2066000001\u20699'],
    ['full-width digits', '０01０17０1000００19'],
    ['Arabic-Indic digits', '٠٠١٠١٧٠١٠٠٠٠٠١٩'],
    ['Persian digits', '۰۰۱۰۱۷۰۱۰۰۰۰۰۱۹'],
    ['Devanagari digits', '००१०१७०१०००००१९'],
    ['mathematical digits', '𝟘𝟬𝟣𝟎𝟏𝟕𝟎𝟏𝟎𝟎𝟎𝟎𝟎𝟏𝟗'],
  ])('takes %s', (_, text) => {
    expect(parseImei(text).imei14).toBe(IMEI14)
  })

  it.each([
    ['', 'imei-digits'],
    ['0010170100000', 'imei-length'],
    [`${IMEI14}999`, 'imei-length'],
    [`${IMEI14}0`, 'imei-check-digit'],
    [`${IMEI14}8`, 'imei-check-digit'],
    ['0010170100000A', 'imei-digits'],
    ['3.51235E+14', 'imei-digits'],
    ['+00101701000001', 'imei-digits'],
    ['0x101701000001', 'imei-digits'],
    ['imei-001017010000019', 'imei-digits'],
    ['0'.repeat(65), 'imei-length'],
    ['﷽'.repeat(64), 'imei-digits'],
  ])('refuses %j: %s', (text, code) => {
    expect(codeOf(() => parseImei(text))).toBe(code)
  })

  it('takes what it prints, and finds every single wrong digit', () => {
    fc.assert(
      fc.property(serials, fc.nat({ max: 14 }), fc.integer({ min: 1, max: 9 }), (snr, at, by) => {
        const imei14 = parseImei14(`00101701${snr}`)
        const printed = withCheckDigit(imei14)
        expect(parseImei(printed).imei14).toBe(imei14)
        const wrong = (Number(printed[at]) + by) % 10
        const typed = printed.slice(0, at) + String(wrong) + printed.slice(at + 1)
        expect(codeOf(() => parseImei(typed))).toBe('imei-check-digit')
      }),
    )
  })

  it('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 70 }), (text) => {
        codeOf(() => parseImei(text))
        codeOf(() => parseSerial(text))
      }),
    )
  })
})

describe('an IMEI in a list made elsewhere', () => {
  it.each([
    ['00101701000001', IMEI14],
    ['001017010000010', IMEI14], // wrong check digit: reported elsewhere, never refused
    ['00101701000001AF', IMEI14],
    ['0010170100000', null],
    ['1017010000019', null], // a leading zero lost: never padded
    ['001017010000011', IMEI14],
    ['00101701000001000', null],
    ['٠٠١٠١٧٠١٠٠٠٠٠١', null],
    ['', null],
  ])('%j → %s', (value, key) => {
    expect(listedImei(value)).toBe(key)
  })
})

describe('parts of an IMEI', () => {
  it('names the model and hides the rest', () => {
    expect(tacOf(parseImei14(IMEI14))).toBe('00101701')
    expect(maskImei(parseImei14(IMEI14))).toBe('00101701••••••')
  })

  it('parses 14 ASCII digits and nothing else', () => {
    for (const text of [`${IMEI14}\n`, ` ${IMEI14}`, '٠٠١٠١٧٠١٠٠٠٠٠١', ''])
      expect(codeOf(() => parseImei14(text))).toBe('imei-digits')
  })
})

describe('serial number', () => {
  it('is read in upper case', () => {
    expect(parseSerial(' f2l-xyz12 ')).toBe('F2L-XYZ12')
  })

  it.each(['ABC', 'A'.repeat(33), '-ABCD', 'AB CD', IMEI14, `${IMEI14}9`, `${IMEI14}42`, 'ÄBCD'])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => parseSerial(text))).toBe('serial-malformed')
    },
  )
})
