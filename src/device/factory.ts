import {
  Fields,
  asText,
  decodeCbor,
  demand,
  encodeCbor,
  parseImei14,
  parseSerial,
  type CborValue,
  type Imei14,
  type Serial,
} from '../core/index.ts'

/** What the maker puts into a phone once and for all. */
export interface Factory {
  /** In slot order, one or two. */
  readonly imeis: readonly Imei14[]
  readonly serial: Serial
  /** The signed root document of the day; the record may hold a newer one. */
  readonly root: Uint8Array
}

/** A root document of 16 KiB and the numbers. */
export const MAX_FACTORY_BYTES = 20_480

export function encodeFactory(factory: Factory): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, [...factory.imeis]],
      [3, factory.serial],
      [4, factory.root],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical, imei-digits, serial-malformed */
export function decodeFactory(bytes: Uint8Array): Factory {
  const fields = new Fields(decodeCbor(bytes, MAX_FACTORY_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected factory data of version 1')
  const imeis = fields.array(2).map((imei) => parseImei14(asText(imei, 14)))
  demand(imeis.length >= 1 && imeis.length <= 2, 'malformed', 'expected one or two IMEIs')
  const factory = { imeis, serial: parseSerial(fields.text(3, 32)), root: fields.bytes(4) }
  fields.done()
  return factory
}
