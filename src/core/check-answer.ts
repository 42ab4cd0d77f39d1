import { STATES, type State } from './acts.ts'
import { equal } from './bytes.ts'
import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import type { Authorities } from './chain.ts'
import { askedCommitment, type Asked } from './commitment.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/**
 * The registry's signed word on one number at one time: what a buyer keeps. It carries no number, no owner, no
 * place and no time of a theft.
 */
export interface SignedCheck {
  /** Origin of the log it rests on. */
  readonly log: string
  /** 16 random bytes. */
  readonly salt: Uint8Array
  /** `askedCommitment` of the number under that salt, 32 bytes. */
  readonly asked: Uint8Array
  readonly state: State
  /** Its owner gave it away at that time, and a buyer could take it. */
  readonly isReadyForHandover: boolean
  /** Leaves of the log, and their root (32 bytes). */
  readonly treeSize: number
  readonly root: Uint8Array
  /** Unix seconds. */
  readonly at: number
}

const TYPE = 'application/stolen-check+cbor'
const MAX_BYTES = 512

export function signCheck(check: SignedCheck, registry: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, check.log],
    [3, check.salt],
    [4, check.asked],
    [5, STATES.indexOf(check.state)],
    [6, check.isReadyForHandover ? 1 : 0],
    [7, check.treeSize],
    [8, check.root],
    [9, check.at],
  ])
  return sign1(TYPE, payload, registry)
}

/** @throws {Refusal} malformed, not-canonical, too-large, alg, signature */
export function readCheck(
  bytes: Uint8Array,
  registry: PublicKey,
  verify: VerifyEs256,
): SignedCheck {
  const cose = parseSign1(bytes, TYPE)
  verifySign1(cose, registry, verify)
  return parseCheck(cose.payload)
}

/**
 * An answer by a key that the log certifies as a registry's, for the time it was given and the tree it names.
 * @throws {Refusal} malformed, not-canonical, too-large, alg, chain, cert-time, distrusted, signer-set, signature
 */
export function verifyCheck(
  bytes: Uint8Array,
  authorities: Authorities,
  verify: VerifyEs256,
): SignedCheck {
  const cose = parseSign1(bytes, TYPE)
  const said = parseCheck(cose.payload)
  const { cert } = authorities.signer(cose.kid, said.at * 1000, said.treeSize)
  demand(cert.role === 'registry', 'signer-set', `${cert.role} answers no checks`)
  return readCheck(bytes, cert.key, verify)
}

/** Whether an answer is about this number. */
export function isAbout({ salt, asked }: SignedCheck, number: Asked): boolean {
  return equal(asked, askedCommitment(salt, number))
}

function parseCheck(payload: Uint8Array): SignedCheck {
  const fields = new Fields(decodeCbor(payload, MAX_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected a check of version 1')
  const log = fields.text(2, 256)
  const salt = fields.bytes(3, 16)
  const asked = fields.bytes(4, 32)
  const state = STATES[fields.uint(5)]
  demand(state !== undefined, 'malformed', 'no such state')
  const ready = fields.uint(6)
  demand(ready <= 1, 'malformed', 'expected yes or no')
  const said = {
    log,
    salt,
    asked,
    state,
    isReadyForHandover: ready === 1,
    treeSize: fields.uint(7),
    root: fields.bytes(8, 32),
    at: fields.uint(9),
  }
  fields.done()
  demand(state === 'protected' || ready === 0, 'fields', 'only a protected phone changes hands')
  return said
}
