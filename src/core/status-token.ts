import { STATES, type State } from './acts.ts'
import { equal, toHex } from './bytes.ts'
import { Fields, decodeCbor, encodeCbor } from './cbor.ts'
import type { Authorities } from './chain.ts'
import { signSlot, verifySlot, type CoseSign, type Slot } from './cose.ts'
import type { Signer, VerifyEs256 } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { demand } from './refusal.ts'

/** The registry's word that a phone may be set up after a reset. Needed for that, and for nothing else. */
export interface StatusToken {
  readonly dak: Uint8Array
  readonly state: State
  readonly ctr: number
  readonly treeSize: number
  readonly root: Uint8Array
  readonly nonce: Uint8Array
  /** Unix seconds, at most 24 hours ahead. */
  readonly exp: number
}

const TYPE = 'application/stolen-status+cbor'
const SIGNERS = 2
/** How long a token may be good for, seconds. */
export const MAX_TOKEN_SECONDS = 86_400

/** What each of the two signs, in a house of its own: so that no single insider waves a stolen phone through. */
export function statusTokenPayload(token: StatusToken): Uint8Array {
  return encodeCbor(
    new Map<number, Uint8Array | number>([
      [1, 1],
      [2, token.dak],
      [3, STATES.indexOf(token.state)],
      [4, token.ctr],
      [5, token.treeSize],
      [6, token.root],
      [7, token.nonce],
      [8, token.exp],
    ]),
  )
}

/** One signature of the two. */
export function signStatusSlot(payload: Uint8Array, signer: Signer): Slot {
  return signSlot(TYPE, payload, signer)
}

/** The token a phone gets. */
export function encodeStatusToken(payload: Uint8Array, slots: readonly Slot[]): Uint8Array {
  return encodeDocument({ contentType: TYPE, payload, slots })
}

/** The same by signers who sit at one table. */
export function signStatusToken(token: StatusToken, signers: readonly Signer[]): Uint8Array {
  const payload = statusTokenPayload(token)
  return encodeStatusToken(
    payload,
    signers.map((signer) => signStatusSlot(payload, signer)),
  )
}

/** What the phone knows when a token arrives. */
export interface Expected {
  readonly dak: Uint8Array
  readonly nonce: Uint8Array
  readonly ctr: number
  /** Largest tree it has seen. */
  readonly treeSize: number
  /** Its lower bound of the time, Unix seconds. */
  readonly now: number
}

/**
 * Checks a token as the phone must. @throws {Refusal} malformed, not-canonical, signer-set, chain,
 * cert-time, signature, token-wrong-device, token-nonce, token-expired, replay, tree-went-back, activation-refused
 */
export function checkStatusToken(
  bytes: Uint8Array,
  authorities: Authorities,
  expected: Expected,
  verify: VerifyEs256,
): StatusToken {
  const cose = parseDocument(bytes, TYPE)
  const token = parseStatusToken(cose.payload)
  checkRegistrySigners(cose, SIGNERS, authorities, token.exp, verify)
  demand(equal(token.dak, expected.dak), 'token-wrong-device', 'the token is for another phone')
  demand(equal(token.nonce, expected.nonce), 'token-nonce', 'the token answers another question')
  demand(token.exp >= expected.now, 'token-expired', 'the token has expired')
  demand(token.ctr >= expected.ctr, 'replay', 'the token knows less than this phone')
  demand(token.treeSize >= expected.treeSize, 'tree-went-back', 'the token speaks of a smaller log')
  demand(token.state === 'protected', 'activation-refused', 'the phone is not free')
  return token
}

/**
 * So many registry keys signed, each certified at that time (Unix seconds).
 * @throws {Refusal} signer-set, chain, cert-time, signature
 */
export function checkRegistrySigners(
  cose: CoseSign,
  count: 1 | 2,
  authorities: Authorities,
  at: number,
  verify: VerifyEs256,
): void {
  demand(cose.slots.length === count, 'signer-set', `expected ${count} registry signatures`)
  const links = cose.slots.map((slot) => authorities.signer(slot.kid, at * 1000, 0))
  for (const [i, link] of links.entries()) {
    demand(
      link.cert.role === 'registry',
      'signer-set',
      `${link.cert.role} signs nothing of a registry`,
    )
    verifySlot(cose, cose.slots[i]!, link.cert.key, { verify })
  }
  const kids = new Set(links.map(({ kid }) => toHex(kid)))
  demand(kids.size === count, 'signer-set', 'one key signed twice')
}

/** @throws {Refusal} malformed, not-canonical */
export function parseStatusToken(bytes: Uint8Array): StatusToken {
  const fields = new Fields(decodeCbor(bytes, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected token version 1')
  const dak = fields.bytes(2, 32)
  const state = STATES[fields.uint(3)]
  demand(state !== undefined, 'malformed', 'no such state')
  const token = {
    dak,
    state,
    ctr: fields.uint(4),
    treeSize: fields.uint(5),
    root: fields.bytes(6, 32),
    nonce: fields.bytes(7, 32),
    exp: fields.uint(8),
  }
  fields.done()
  return token
}
