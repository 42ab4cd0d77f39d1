import { equal } from './bytes.ts'
import { Fields, asArray, asText, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { encodePair, pairCommitment, type Pair } from './commitment.ts'
import type { IdentityRecord } from './identity-record.ts'
import { parseImei14 } from './imei.ts'
import { demand } from './refusal.ts'

/** The private half of a conflict or pair: lets a register see which number `com` means. Never logged. */
export interface IdentityOpening {
  readonly com: Uint8Array
  readonly salt: Uint8Array
  readonly pair: Pair
}

export function encodeIdentityOpening({ com, salt, pair }: IdentityOpening): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, com],
      [2, salt],
      [3, encodePair(pair)],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical, imei-digits */
export function parseIdentityOpening(bytes: Uint8Array): IdentityOpening {
  const fields = new Fields(decodeCbor(bytes, 512))
  const opening = {
    com: fields.bytes(1, 32),
    salt: fields.bytes(2, 32),
    pair: parsePair(fields.bytes(3)),
  }
  fields.done()
  return opening
}

function parsePair(bytes: Uint8Array): Pair {
  const [imei14, imsi] = asArray(decodeCbor(bytes, 64), 2)
  const pair = {
    imei14: parseImei14(asText(imei14, 14)),
    imsi: imsi === null ? null : asText(imsi, 15),
  }
  demand(pair.imsi === null || /^[0-9]{6,15}$/.test(pair.imsi), 'malformed', 'expected an IMSI')
  return pair
}

/**
 * A conflict is about a number alone, a pair about a number with its subscriber.
 * @throws {Refusal} opening: it belongs to another record, does not open it, or is not of its type
 */
export function checkIdentityOpening(
  { type, com }: Pick<IdentityRecord, 'type' | 'com'>,
  opening: IdentityOpening,
): Pair {
  const { pair, salt } = opening
  demand(equal(com, opening.com), 'opening', 'the opening belongs to another record')
  demand(
    equal(com, pairCommitment(salt, pair)),
    'opening',
    'the opening does not give the commitment',
  )
  demand(
    (pair.imsi !== null) === (type === 'pair'),
    'opening',
    'a pair has a subscriber, nothing else',
  )
  return pair
}
