import {
  Fields,
  asArray,
  asBytes,
  asText,
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  parseCoseKey,
  parseImei14,
  parseMadeParts,
  parseSerial,
  type CborValue,
  type Imei14,
  type MadePart,
  type PublicKey,
  type Serial,
} from '../core/index.ts'

/** What the maker puts into a phone once and for all. */
export interface Factory {
  /** In slot order, one or two. */
  readonly imeis: readonly Imei14[]
  readonly serial: Serial
  /** The signed root document of the day; the record may hold a newer one. */
  readonly root: Uint8Array
  /** The parts it was built with that hold a key; in older phones none does. */
  readonly parts: readonly MadePart[]
  /** The verified-boot key: whose system images this phone starts as its own. */
  readonly bootKey: PublicKey
  /** The maker's signed reference value of the image, `signImage`. */
  readonly image: Uint8Array
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
      ...(factory.parts.length > 0
        ? [[5, factory.parts.map(([type, part]) => [type, part])] as const]
        : []),
      [6, [coseKey(factory.bootKey), factory.image]],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical, imei-digits, serial-malformed */
export function decodeFactory(bytes: Uint8Array): Factory {
  const fields = new Fields(decodeCbor(bytes, MAX_FACTORY_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected factory data of version 1')
  const imeis = fields.array(2).map((imei) => parseImei14(asText(imei, 14)))
  demand(imeis.length >= 1 && imeis.length <= 2, 'malformed', 'expected one or two IMEIs')
  const [bootKey, image] = asArray(fields.take(6), 2)
  const factory = {
    imeis,
    serial: parseSerial(fields.text(3, 32)),
    root: fields.bytes(4),
    parts: fields.has(5) ? parseMadeParts(fields.take(5)) : [],
    bootKey: parseCoseKey(bootKey),
    image: asBytes(image),
  }
  fields.done()
  return factory
}
