import type { Role } from '../acts.ts'
import { ROLES } from '../acts.ts'
import {
  Fields,
  asArray,
  asBytes,
  asText,
  decodeCbor,
  encodeCbor,
  type CborValue,
} from '../cbor.ts'
import { coseKey, parseCoseKey, type PublicKey } from '../crypto.ts'
import { parseTac, type Tac } from '../imei.ts'
import { demand } from '../refusal.ts'

/** Bytes of a thumbprint. */
const WIDTH = 32
/** Some two million parts: what a phone keeps beside its user's photographs without being asked. */
export const MAX_PART_LIST_BYTES = 2 ** 26
/** More thumbprints than a list has bytes for; with 31 bits beside it, a number still exact. */
const MOST = 2 ** 22
/** Authorities named in one list. */
const MAX_AUTHORITIES = 8_192

/** Parts of phones that are stolen or recovered under one authority's orders. */
export interface StolenParts {
  /** Whom to ask. */
  readonly authority: string
  /** Thumbprints, 32 bytes each, rising, one after the other. */
  readonly parts: Uint8Array
}

/** Somebody whose word counts where no network is: enough to judge a part, and to say whom to ask. */
export interface CarriedAuthority {
  readonly sub: string
  readonly role: Role
  readonly country: string
  readonly key: PublicKey
  /** Models a maker may speak for; null for all others. */
  readonly tacs: readonly Tac[] | null
  /** Its key is void: nothing it vouched for is taken in any more. */
  readonly isVoid: boolean
}

/**
 * What a phone can know of parts without a network. Exact: it holds whole thumbprints, because a
 * filter that says "yes" to a part it does not hold would call an honest part stolen.
 */
export interface PartList {
  /** Origin of the log it follows from. */
  readonly log: string
  /** It follows from the leaves below. */
  readonly treeSize: number
  readonly stolen: readonly StolenParts[]
  readonly authorities: readonly CarriedAuthority[]
}

/** One list has one encoding. @throws {Refusal} too-large, malformed: not rising */
export function encodePartList(list: PartList): Uint8Array {
  for (const { parts } of list.stolen) demandRising(parts)
  const bytes = encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, list.log],
      [3, list.treeSize],
      [4, list.stolen.map(({ authority, parts }) => [authority, parts])],
      [5, list.authorities.map(encodeAuthority)],
    ]),
  )
  demand(bytes.length <= MAX_PART_LIST_BYTES, 'too-large', 'more parts than a phone carries')
  return bytes
}

/** A byte string of its own: the decoder's bound on items then counts authorities. */
function encodeAuthority(one: CarriedAuthority): Uint8Array {
  const { sub, role, country, key, tacs, isVoid } = one
  return encodeCbor([sub, role, country, coseKey(key), tacs && [...tacs], isVoid ? 1 : 0])
}

/** @throws {Refusal} too-large, malformed, not-canonical, imei-digits */
export function decodePartList(bytes: Uint8Array): PartList {
  const fields = new Fields(decodeCbor(bytes, MAX_PART_LIST_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected part list version 1')
  const rows = fields.array(5)
  demand(rows.length <= MAX_AUTHORITIES, 'too-large', `more than ${MAX_AUTHORITIES} authorities`)
  const list = {
    log: fields.text(2),
    treeSize: fields.uint(3),
    stolen: fields.array(4).map((row) => {
      const [authority, parts] = asArray(row, 2)
      return { authority: asText(authority), parts: asBytes(parts) }
    }),
    authorities: rows.map((row) => decodeAuthority(asBytes(row))),
  }
  fields.done()
  for (const { parts } of list.stolen) demandRising(parts)
  const names = list.stolen.map(({ authority }) => authority)
  demand(isRising(names), 'malformed', 'authorities rise, each once')
  return list
}

function decodeAuthority(bytes: Uint8Array): CarriedAuthority {
  const [sub, roleName, country, key, tacs, isVoid] = asArray(decodeCbor(bytes), 6)
  const role = ROLES.find((known) => known === roleName)
  demand(role !== undefined, 'malformed', 'no such role')
  demand(isVoid === 0 || isVoid === 1, 'malformed', 'expected 0 or 1')
  return {
    sub: asText(sub),
    role,
    country: asText(country, 2),
    key: parseCoseKey(key),
    tacs: tacs === null ? null : asArray(tacs).map((tac) => parseTac(asText(tac, 8))),
    isVoid: isVoid === 1,
  }
}

function isRising(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || texts[i - 1]! < text)
}

function demandRising(parts: Uint8Array): void {
  const isWhole = parts.length > 0 && parts.length % WIDTH === 0
  demand(isWhole, 'malformed', `expected thumbprints of ${WIDTH} bytes`)
  for (let at = WIDTH; at < parts.length; at += WIDTH)
    demand(compareAt(parts, at - WIDTH, parts, at) < 0, 'malformed', 'thumbprints must rise')
}

/**
 * Thumbprints as the list holds them. Each part has one phone, so none stands twice. Sorted by the first
 * 31 bits as numbers, and only neighbours compared whole: a million took 1.1 s of a core, and 2.6 s by
 * comparing bytes.
 */
export function joinThumbprints(thumbprints: readonly Uint8Array[]): Uint8Array {
  const keys = new Float64Array(thumbprints.length)
  for (let i = 0; i < keys.length; i++) {
    const one = thumbprints[i]!
    const prefix = ((one[0]! << 24) | (one[1]! << 16) | (one[2]! << 8) | one[3]!) >>> 1
    keys[i] = prefix * MOST + i
  }
  keys.sort()
  const joined = new Uint8Array(keys.length * WIDTH)
  for (let place = 0; place < keys.length; place++) {
    const one = thumbprints[keys[place]! % MOST]!
    let at = place * WIDTH
    for (; at > 0 && compareAt(joined, at - WIDTH, one, 0) > 0; at -= WIDTH)
      joined.copyWithin(at, at - WIDTH, at)
    joined.set(one, at)
  }
  return joined
}

/** The authority whose order makes this part stolen; null: it stands in no list here. */
export function stolenUnder({ stolen }: Pick<PartList, 'stolen'>, part: Uint8Array): string | null {
  return stolen.find(({ parts }) => holds(parts, part))?.authority ?? null
}

function holds(parts: Uint8Array, part: Uint8Array): boolean {
  let [low, high] = [0, parts.length / WIDTH]
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareAt(parts, middle * WIDTH, part, 0)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

function compareAt(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  for (let at = 0; at < WIDTH; at++) {
    const difference = a[i + at]! - b[j + at]!
    if (difference !== 0) return difference
  }
  return 0
}
