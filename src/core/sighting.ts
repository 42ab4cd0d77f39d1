import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { parseImei14, type Imei14 } from './imei.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1, type CoseSign1 } from './sign1.ts'

export const SEEN_HOW = ['attach', 'activation', 'part', 'check'] as const
export type SeenHow = (typeof SEEN_HOW)[number]

/**
 * One refusal or reappearance: where a listed phone surfaced. A claim by its reporter, never proof; it
 * carries country and network, nothing finer, and no subscriber.
 */
export interface Sighting {
  /** 16 random bytes: the same sighting sent twice counts once. */
  readonly id: Uint8Array
  /** Unix seconds. */
  readonly at: number
  readonly how: SeenHow
  readonly verdict: string
  readonly imei: Imei14
  /** Software version of an IMEISV. */
  readonly svn: string | null
  readonly country: string
  /** PLMN, MCC and MNC as the reporter knows its peer. */
  readonly network: string | null
  readonly treeSize: number
}

const TYPE = 'application/stolen-sighting+cbor'
/** A clone signal travels beside sightings, by the same way and to the same door. */
export const CLONE_TYPE = 'application/stolen-clone+cbor'

export function signSighting(sighting: Sighting, reporter: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, sighting.id],
    [3, sighting.at],
    [4, sighting.how],
    [5, sighting.verdict],
    [6, sighting.imei],
    [7, sighting.svn],
    [8, sighting.country],
    [9, sighting.network],
    [10, sighting.treeSize],
  ])
  return sign1(TYPE, payload, reporter)
}

/**
 * Who signed what, before anything is believed: a sighting or a clone signal.
 * @throws {Refusal} malformed, not-canonical, alg
 */
export function parseReport(bytes: Uint8Array): CoseSign1 {
  return parseSign1(bytes, TYPE, CLONE_TYPE)
}

/** @throws {Refusal} sighting-signature, malformed, not-canonical, imei-digits */
export function readSighting(
  bytes: Uint8Array,
  reporter: PublicKey,
  verify: VerifyEs256,
): Sighting {
  const cose = parseSign1(bytes, TYPE)
  try {
    verifySign1(cose, reporter, verify)
  } catch {
    demand(false, 'sighting-signature', 'the sighting is not signed by its reporter')
  }
  const fields = new Fields(decodeCbor(cose.payload, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected sighting version 1')
  const how = SEEN_HOW.find((known) => known === fields.text(4))
  demand(how !== undefined, 'malformed', 'no such way of being seen')
  const sighting = {
    id: fields.bytes(2, 16),
    at: fields.uint(3),
    how,
    verdict: fields.text(5, 32),
    imei: parseImei14(fields.text(6, 14)),
    svn: fields.take(7) === null ? null : fields.text(7, 2),
    country: fields.text(8, 2),
    network: fields.take(9) === null ? null : fields.text(9, 6),
    treeSize: fields.uint(10),
  }
  fields.done()
  demand(/^[A-Z]{2}$/.test(sighting.country), 'malformed', 'expected an ISO 3166 country')
  // Five or six digits and no more: nothing longer, such as a subscriber, fits in here.
  const { network } = sighting
  demand(network === null || /^[0-9]{5,6}$/.test(network), 'malformed', 'expected MCC and MNC')
  const svn = sighting.svn === null || /^[0-9]{2}$/.test(sighting.svn)
  demand(svn, 'malformed', 'expected a software version of two digits')
  return sighting
}
