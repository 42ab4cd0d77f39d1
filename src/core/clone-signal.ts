import { Fields, asArray, asText, asUint, decodeCbor, type CborValue } from './cbor.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { parseImei14, type Imei14 } from './imei.ts'
import { demand } from './refusal.ts'
import { CLONE_TYPE } from './sighting.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'
import type { Place } from './travel.ts'

/** What a register notices by itself: many subscribers under one number, or too far apart in time. */
export const SEEN_CLONE_WHY = ['subscribers', 'travel'] as const
export type SeenCloneWhy = (typeof SEEN_CLONE_WHY)[number]

/** Where a number was seen, and when last, in Unix seconds. */
export type SeenIn = Place & { readonly at: number }

/**
 * One number seems to be worn by several phones. A lead and never proof, since an IMEI is what a phone
 * says of itself. It holds counts and networks, and nobody's name.
 */
export interface CloneSignal {
  /** When it was noticed, Unix seconds. */
  readonly at: number
  readonly why: SeenCloneWhy
  readonly imei14: Imei14
  /** Distinct subscribers within a day; 0 where none was said. */
  readonly subscribers: number
  /** Networks within a day, at most 16. */
  readonly places: readonly SeenIn[]
}

const MAX_SUBSCRIBERS = 1_000_000
export const MAX_CLONE_PLACES = 16

export function signCloneSignal(signal: CloneSignal, reporter: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, signal.at],
    [3, signal.why],
    [4, signal.imei14],
    [5, signal.subscribers],
    [6, signal.places.map(({ country, network, at }) => [country, network, at])],
  ])
  return sign1(CLONE_TYPE, payload, reporter)
}

/** @throws {Refusal} sighting-signature, malformed, not-canonical, imei-digits */
export function readCloneSignal(
  bytes: Uint8Array,
  reporter: PublicKey,
  verify: VerifyEs256,
): CloneSignal {
  const cose = parseSign1(bytes, CLONE_TYPE)
  try {
    verifySign1(cose, reporter, verify)
  } catch {
    demand(false, 'sighting-signature', 'the signal is not signed by its reporter')
  }
  const fields = new Fields(decodeCbor(cose.payload, 1_024))
  demand(fields.uint(1) === 1, 'malformed', 'expected clone signal version 1')
  const why = SEEN_CLONE_WHY.find((known) => known === fields.text(3))
  demand(why !== undefined, 'malformed', 'no such reason')
  const signal = {
    at: fields.uint(2),
    why,
    imei14: parseImei14(fields.text(4, 14)),
    subscribers: fields.uint(5),
    places: fields.array(6).map(placeIn),
  }
  fields.done()
  const { subscribers, places } = signal
  demand(subscribers <= MAX_SUBSCRIBERS, 'malformed', 'more subscribers than one number has')
  demand(places.length <= MAX_CLONE_PLACES, 'malformed', 'more places than are reported')
  demand(why !== 'travel' || places.length >= 2, 'malformed', 'a way has two ends')
  return signal
}

function placeIn(value: CborValue): SeenIn {
  const [country, network, at] = asArray(value, 3)
  const place = { country: asText(country, 2), network: asText(network, 6), at: asUint(at) }
  demand(/^[A-Z]{2}$/.test(place.country), 'malformed', 'expected an ISO 3166 country')
  // Five or six digits and no more: nothing longer, such as a subscriber, fits in here.
  demand(/^[0-9]{5,6}$/.test(place.network), 'malformed', 'expected MCC and MNC')
  return place
}
