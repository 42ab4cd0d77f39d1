import { equal } from '../bytes.ts'
import { Fields, decodeCbor, type CborValue } from '../cbor.ts'
import type { Authorities } from '../chain.ts'
import { coseSign, type ContentType } from '../cose.ts'
import type { Signer, VerifyEs256 } from '../crypto.ts'
import { encodeDocument, parseDocument } from '../entry.ts'
import { demand } from '../refusal.ts'
import { checkRegistrySigners } from '../status-token.ts'

/** The registry's word that a binding stands. Without it no phone takes a part in. */
export interface PairingToken {
  /** Hash of the binding that stands: the one asked for, or an earlier one of the same two. */
  readonly binding: Uint8Array
  /** Thumbprints of part and phone. */
  readonly part: Uint8Array
  readonly dak: Uint8Array
  readonly treeSize: number
  readonly root: Uint8Array
  readonly nonce: Uint8Array
  /** Unix seconds, at most 24 hours ahead. */
  readonly exp: number
}

const TYPE = 'application/stolen-pairing+cbor' satisfies ContentType

/** The home's own registry signs. */
export function signPairingToken(token: PairingToken, signer: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, token.binding],
    [3, token.part],
    [4, token.dak],
    [5, token.treeSize],
    [6, token.root],
    [7, token.nonce],
    [8, token.exp],
  ])
  return encodeDocument(coseSign(TYPE, payload, [signer]))
}

/** What the phone knows when a token arrives. */
export interface ExpectedPairing {
  readonly dak: Uint8Array
  readonly part: Uint8Array
  readonly nonce: Uint8Array
  /** Largest tree it has seen. */
  readonly treeSize: number
  /** Its lower bound of the time, Unix seconds. */
  readonly now: number
}

/**
 * Checks a token as the phone must. @throws {Refusal} malformed, not-canonical, signer-set, chain,
 * cert-time, signature, token-wrong-device, token-nonce, token-expired, tree-went-back
 */
export function checkPairingToken(
  bytes: Uint8Array,
  authorities: Authorities,
  expected: ExpectedPairing,
  verify: VerifyEs256,
): PairingToken {
  const cose = parseDocument(bytes, TYPE)
  const token = parsePayload(cose.payload)
  checkRegistrySigners(cose, 1, authorities, token.exp, verify)
  demand(equal(token.dak, expected.dak), 'token-wrong-device', 'the token is for another phone')
  const isAnswer = equal(token.nonce, expected.nonce) && equal(token.part, expected.part)
  demand(isAnswer, 'token-nonce', 'the token answers another question')
  demand(token.exp >= expected.now, 'token-expired', 'the token has expired')
  demand(token.treeSize >= expected.treeSize, 'tree-went-back', 'the token speaks of a smaller log')
  return token
}

function parsePayload(bytes: Uint8Array): PairingToken {
  const fields = new Fields(decodeCbor(bytes, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected token version 1')
  const token = {
    binding: fields.bytes(2, 32),
    part: fields.bytes(3, 32),
    dak: fields.bytes(4, 32),
    treeSize: fields.uint(5),
    root: fields.bytes(6, 32),
    nonce: fields.bytes(7, 32),
    exp: fields.uint(8),
  }
  fields.done()
  return token
}
