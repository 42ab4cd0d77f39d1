import { Fields, asArray, asUint, decodeCbor, type CborValue } from './cbor.ts'
import type { PublicKey, Signer, VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/** One tree whose orders a register enforces, and since when by its own clock. */
export interface Enforced {
  /** Leaves with the guarded quorum. */
  readonly size: number
  /** Unix ms. */
  readonly at: number
}

/**
 * A register's signed word that it enforces the log up to a leaf: what a probe may hold it to, and
 * what time-to-block is counted from.
 */
export interface Acknowledgement {
  /** Origin of the log. */
  readonly log: string
  /** The operator's own name for this register, one of several. */
  readonly register: string
  /** Rising in both; 1 to 64. */
  readonly applied: readonly Enforced[]
}

const TYPE = 'application/stolen-ack+cbor'
/** Trees one acknowledgement speaks of. */
export const MAX_APPLIED = 64

export function signAcknowledgement(ack: Acknowledgement, operator: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, ack.log],
    [3, ack.register],
    [4, ack.applied.map(({ size, at }) => [size, at])],
  ])
  return sign1(TYPE, payload, operator)
}

/** @throws {Refusal} malformed, not-canonical, alg, signature */
export function readAcknowledgement(
  bytes: Uint8Array,
  operator: PublicKey,
  verify: VerifyEs256,
): Acknowledgement {
  const cose = parseSign1(bytes, TYPE)
  verifySign1(cose, operator, verify)
  const fields = new Fields(decodeCbor(cose.payload, 2048))
  demand(fields.uint(1) === 1, 'malformed', 'expected acknowledgement version 1')
  const ack = {
    log: fields.text(2, 256),
    register: fields.text(3, 64),
    applied: fields.array(4).map((item) => {
      const [size, at] = asArray(item, 2)
      return { size: asUint(size), at: asUint(at) }
    }),
  }
  fields.done()
  const { applied } = ack
  demand(applied.length >= 1 && applied.length <= MAX_APPLIED, 'malformed', '1 to 64 trees')
  const rises = applied.every(
    ({ size, at }, i) => i === 0 || (size > applied[i - 1]!.size && at >= applied[i - 1]!.at),
  )
  demand(rises, 'malformed', 'expected trees in the order they were applied')
  return ack
}
