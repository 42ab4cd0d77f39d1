import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gsup, identity, ipa } from '../../../test/gsup-client.ts'
import { isIdentity, serialNumberOf } from './ccm.ts'
import { invalidOf, isCheckImei, nackOf, readCheckImei } from './check-imei.ts'
import { ipaFrame } from './ipa.ts'

const IMSI = '01 08 00010100000000f1'
const IMEI = '50 08 07 00017110000010'
const CLASS = '0a 01 01'
const asked = (...elements: readonly string[]) =>
  readCheckImei(Buffer.from(gsup(`30 ${elements.join('')}`), 'hex'))

describe('a request', () => {
  test('in the bytes an osmo-msc sends', () => {
    const frame = Buffer.from('0019ee0530010800010100000000f1500807000171100000100a0101', 'hex')
    expect(isCheckImei(frame)).toBe(true)
    const request = readCheckImei(frame)!
    expect(request).toMatchObject({
      imsi: '001010000000001',
      imei14: '00101701000001',
      svn: null,
    })
    expect(nackOf(request).toString('hex')).toBe('0012ee0532010800010100000000f15101010a0101')
    expect(invalidOf(request).toString('hex')).toBe('0012ee0531010800010100000000f10201600a0101')
  })

  test.each([
    ['14 digits', '50 08 07 00017110000010', null],
    ['a 15th', '50 09 08 00017110000010f5', null],
    ['a 15th that is the spare 0', '50 09 08 00017110000010f0', null],
    ['filled up', '50 09 08 00017110000010ff', null],
    ['IMEISV', '50 09 08 0001711000001024', '42'],
    ['bytes after the number', '50 09 07 0001711000001024', null],
    ['a length that promises more', '50 08 09 00017110000010', null],
  ])('A37 %s: the same phone', (_name, imei, svn) => {
    expect(asked(IMSI, imei, CLASS)).toMatchObject({ imei14: '00101701000001', svn })
  })

  test.each([
    ['none', ''],
    ['empty', '50 00'],
    ['no digits', '50 01 00'],
    ['13 digits', '50 08 07 000171100000f0'],
    ['a star', '50 08 07 0001711000001a'],
    ['a filler within', '50 08 07 000171f0000010'],
    ['a length that promises less', '50 08 06 00017110000010'],
  ])('with no number in it (%s) is seen as such', (_name, imei) => {
    expect(asked(IMSI, imei, CLASS)).toMatchObject({ imsi: '001010000000001', imei14: null })
  })

  test.each([
    ['the IMSI is not first', [IMEI, IMSI, CLASS]],
    ['there is no IMSI', [IMEI, CLASS]],
    ['two numbers', [IMSI, IMEI, '50 08 07 00017110000020']],
    ['two IMSIs', [IMSI, IMSI, IMEI]],
    ['an element past the end', [IMSI, '50 09 07 00017110000010']],
    ['a tag without a length', [IMSI, IMEI, '0a']],
    ['nothing', []],
  ])('A92 that nobody could answer is none: %s', (_name, elements) => {
    expect(asked(...elements)).toBeNull()
  })

  test('an IMSI of five digits is nobody, and the phone is still asked about', () => {
    expect(asked('01 03 0010f1', IMEI)).toMatchObject({ imsi: null, imei14: '00101701000001' })
  })

  test('elements of no interest are stepped over; session and sender come back', () => {
    const request = asked(
      IMSI,
      '28 01 01',
      '30 04 deadbeef 31 01 01',
      IMEI,
      CLASS,
      '60 06 6d73632d3100',
    )!
    const given = '30 04 deadbeef 31 01 03'
    const to = '61 06 6d73632d3100'
    expect(nackOf(request).toString('hex')).toBe(
      gsup(`32 ${IMSI} ${given} 51 01 01 ${CLASS} ${to}`),
    )
    expect(invalidOf(request).toString('hex')).toBe(
      gsup(`31 ${IMSI} 02 01 60 ${given} ${CLASS} ${to}`),
    )
  })
})

test('only a request of GSUP is a request', () => {
  const is = (hex: string) => isCheckImei(Buffer.from(hex, 'hex'))
  expect(is(gsup('30'))).toBe(true)
  for (const other of [gsup(''), gsup('31'), gsup('32'), ipa('ee', '00 30'), ipa('ee', '')])
    expect(is(other)).toBe(false)
  for (const other of [ipa('fe', '05 30'), ipa('00', '05 30'), ipa('fe', '')])
    expect(is(other)).toBe(false)
})

describe('an identity', () => {
  const nameIn = (hex: string) => serialNumberOf(Buffer.from(hex, 'hex'))

  test('is known by its serial number', () => {
    expect(isIdentity(Buffer.from(identity('msc-1'), 'hex'))).toBe(true)
    expect(nameIn(identity('msc-1'))).toBe('msc-1')
    expect(nameIn(ipa('fe', '05 0004 00 6d7363'))).toBe('msc') // without its final zero
  })

  test.each([
    ['no serial number', '05 0005 01 4d534300'],
    ['nothing', '05'],
    ['an item past the end', '05 0009 00 6d7363'],
    ['an item without a tag', '05 0000 0000'],
    ['two of them', '05 0002 00 61 0002 00 62'],
  ])('A92 %s: no name', (_name, payload) => {
    expect(nameIn(ipa('fe', payload))).toBeNull()
  })
})

test('A92 hostile bytes give a request, or none, and never an error', () => {
  const numbers = fc.constantFrom(...Buffer.from('010203050a30315060617f80ff', 'hex'))
  const bytes = fc.array(fc.oneof(numbers, fc.integer({ min: 0, max: 255 })), { maxLength: 80 })
  fc.assert(
    fc.property(bytes, (noise) => {
      const request = readCheckImei(ipaFrame(0xee, Buffer.of(0x05, 0x30, ...noise)))
      if (request?.imei14 != null) expect(request.imei14).toMatch(/^[0-9]{14}$/)
      if (request?.imsi != null) expect(request.imsi).toMatch(/^[0-9]{6,15}$/)
      if (request) expect(readCheckImei(nackOf(request))).not.toBeNull()
      serialNumberOf(ipaFrame(0xfe, Buffer.of(0x05, ...noise)))
    }),
    { numRuns: 20_000 },
  )
})
