import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytes, newKey } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, toHex, utf8 } from './bytes.ts'
import { encodeCbor, type CborValue } from './cbor.ts'
import {
  checkOpening,
  deviceCommitment,
  encodeOpening,
  ownerCommitment,
  parseOpening,
  saltedHash,
  type DeviceIds,
  type Opening,
} from './commitment.ts'
import { coseKey } from './crypto.ts'
import { parseImei14 } from './imei.ts'

const hash = (...parts: Uint8Array[]) =>
  toHex(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  )
const salt = bytes(32, 7)
const imei1 = parseImei14('00101701000001')
const imei2 = parseImei14('00101701000002')
const ids: DeviceIds = { dak: bytes(32, 1), imeis: [imei1, imei2], serial: 'F2LXYZ12' }
const opening: Opening = { oid: bytes(16, 3), salt, ids }

describe('the public name of a device', () => {
  it('is SHA-256 over label, 00, salt and identifiers', () => {
    const encoded = encodeCbor([ids.dak, [...ids.imeis], ids.serial])
    const zero = Uint8Array.of(0)
    expect(toHex(deviceCommitment(salt, ids))).toBe(
      hash(utf8('stolen-mode/v1/device'), zero, salt, encoded),
    )
    const owner = newKey().key
    const print = createHash('sha256')
      .update(encodeCbor(coseKey(owner)))
      .digest()
    expect(toHex(ownerCommitment(salt, owner))).toBe(
      hash(utf8('stolen-mode/v1/owner'), zero, salt, print),
    )
    expect(toHex(saltedHash(salt, 'CR/1'))).toBe(hash(salt, utf8('CR/1')))
  })

  it('A64: differs with every salt, and with every identifier', () => {
    const all = [
      deviceCommitment(salt, ids),
      deviceCommitment(bytes(32, 8), ids),
      deviceCommitment(salt, { ...ids, dak: null }),
      deviceCommitment(salt, { ...ids, imeis: [imei2, imei1] }),
      deviceCommitment(salt, { ...ids, imeis: [imei1] }),
      deviceCommitment(salt, { ...ids, serial: null }),
    ]
    expect(new Set(all.map(toHex)).size).toBe(all.length)
  })
})

describe('an opening', () => {
  const order = { oid: opening.oid, dev: deviceCommitment(salt, ids) }

  it('opens its own order, and is small', () => {
    const encoded = encodeOpening(opening)
    expect(parseOpening(encoded)).toEqual(opening)
    expect(encoded.length).toBeLessThan(160)
    expect(checkOpening(order, parseOpening(encoded))).toEqual(ids)
  })

  it('opens no other', () => {
    const code = (wrong: Partial<Opening>) =>
      codeOf(() => checkOpening(order, { ...opening, ...wrong }))
    expect(code({})).toBe('accepted')
    expect(code({ oid: bytes(16, 4) })).toBe('opening')
    expect(code({ salt: bytes(32, 8) })).toBe('opening')
    expect(code({ ids: { ...ids, imeis: [imei1] } })).toBe('opening')
  })

  const withIds = (value: CborValue): CborValue =>
    new Map<number, CborValue>([
      [1, bytes(16, 1)],
      [2, salt],
      [3, encodeCbor(value)],
    ])
  it.each<[string, CborValue, string]>([
    [
      'three IMEIs',
      withIds([null, ['00101701000001', '00101701000002', '00101701000003'], null]),
      'malformed',
    ],
    ['an IMEI with its check digit', withIds([null, ['001017010000019'], null]), 'malformed'],
    ['an IMEI of 13 digits', withIds([null, ['0010170100000'], null]), 'imei-digits'],
    ['an IMEI as a number', withIds([null, [101701000001], null]), 'malformed'],
    ['a short key', withIds([bytes(31, 1), [], null]), 'malformed'],
    ['a long serial', withIds([null, [], 'A'.repeat(33)]), 'malformed'],
    ['one field more', withIds([null, [], null, null]), 'malformed'],
    [
      'identifiers not as bytes',
      new Map<number, CborValue>([
        [1, bytes(16, 1)],
        [2, salt],
        [3, [null, [], null]],
      ]),
      'malformed',
    ],
    [
      'a short salt',
      new Map<number, CborValue>([
        [1, bytes(16, 1)],
        [2, bytes(31, 1)],
        [3, encodeCbor([null, [], null])],
      ]),
      'malformed',
    ],
    ['a list', [1, 2, 3], 'malformed'],
  ])('refuses %s', (_, value, code) => {
    expect(codeOf(() => parseOpening(encodeCbor(value)))).toBe(code)
  })

  it('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
        expect(codeOf(() => parseOpening(any))).not.toBe('accepted')
      }),
    )
  })
})
