import { concat, equal, utf8 } from './bytes.ts'
import { Fields, asArray, asBytes, asText, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { sha256, thumbprint, type PublicKey } from './crypto.ts'
import { parseImei14, type Imei14, type Serial } from './imei.ts'
import { demand } from './refusal.ts'

/** What a public commitment hides: the device's key, its numbers in slot order, its serial. */
export interface DeviceIds {
  /** Thumbprint of the device attestation key, null when nobody enrolled the device. */
  readonly dak: Uint8Array | null
  readonly imeis: readonly Imei14[]
  readonly serial: string | null
}

/** The private half of an order: lets its addressee see which device `dev` means. Never logged. */
export interface Opening {
  readonly oid: Uint8Array
  readonly salt: Uint8Array
  readonly ids: DeviceIds
}

const label = (name: string) => concat(utf8(`stolen-mode/v1/${name}`), new Uint8Array(1))

const DEVICE = label('device')
const OWNER = label('owner')
const PAIR = label('pair')
const CHECK = label('check')

function encodeIds(ids: DeviceIds): Uint8Array {
  return encodeCbor([ids.dak, [...ids.imeis], ids.serial])
}

/** The `dev` of an order: 32 bytes, unlinkable without the salt. */
export function deviceCommitment(salt: Uint8Array, ids: DeviceIds): Uint8Array {
  return sha256(concat(DEVICE, salt, encodeIds(ids)))
}

/** What a check asked about: an IMEI or a serial number. */
export type Asked = { readonly imei: Imei14 } | { readonly serial: Serial }

/**
 * The number a signed answer is about, 32 bytes, so that the answer can be shown around without it. Numbers are
 * few: whoever tries them all finds it, and the salt only keeps him from trying them beforehand.
 */
export function askedCommitment(salt: Uint8Array, asked: Asked): Uint8Array {
  const named = 'imei' in asked ? ['imei', asked.imei] : ['serial', asked.serial]
  return sha256(concat(CHECK, salt, encodeCbor(named)))
}

/** The `okc` of an order. One owner key per device, or releases would link a person's phones. */
export function ownerCommitment(salt: Uint8Array, owner: PublicKey): Uint8Array {
  return sha256(concat(OWNER, salt, thumbprint(owner)))
}

/** An IMEI, alone or with the subscriber who honestly wears it. */
export interface Pair {
  readonly imei14: Imei14
  /** 6 to 15 digits; null where the record is about the number alone. */
  readonly imsi: string | null
}

export function encodePair({ imei14, imsi }: Pair): Uint8Array {
  return encodeCbor([imei14, imsi])
}

/** The `com` of an identity record. */
export function pairCommitment(salt: Uint8Array, pair: Pair): Uint8Array {
  return sha256(concat(PAIR, salt, encodePair(pair)))
}

/** Salted hash for case, evidence and exhibit references. */
export function saltedHash(salt: Uint8Array, text: string): Uint8Array {
  return sha256(concat(salt, utf8(text)))
}

export function encodeOpening(opening: Opening): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, opening.oid],
      [2, opening.salt],
      [3, encodeIds(opening.ids)],
    ]),
  )
}

/** @throws {Refusal} malformed, not-canonical, imei-digits */
export function parseOpening(bytes: Uint8Array): Opening {
  const fields = new Fields(decodeCbor(bytes, 512))
  const opening = {
    oid: fields.bytes(1, 16),
    salt: fields.bytes(2, 32),
    ids: parseIds(fields.bytes(3)),
  }
  fields.done()
  return opening
}

function parseIds(bytes: Uint8Array): DeviceIds {
  const [dak, imeis, serial] = asArray(decodeCbor(bytes, 256), 3)
  const numbers = asArray(imeis)
  demand(numbers.length <= 2, 'malformed', 'more than two IMEIs')
  return {
    dak: dak === null ? null : asBytes(dak, 32),
    imeis: numbers.map((imei) => parseImei14(asText(imei, 14))),
    serial: serial === null ? null : asText(serial, 32),
  }
}

/** @throws {Refusal} opening: it belongs to another order, or does not open the commitment */
export function checkOpening(
  order: { readonly oid: Uint8Array; readonly dev: Uint8Array },
  opening: Opening,
): DeviceIds {
  demand(equal(order.oid, opening.oid), 'opening', 'the opening belongs to another order')
  demand(
    equal(order.dev, deviceCommitment(opening.salt, opening.ids)),
    'opening',
    'the opening does not give the commitment',
  )
  return opening.ids
}
