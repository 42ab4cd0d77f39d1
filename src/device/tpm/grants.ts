import {
  Fields,
  asArray,
  asBytes,
  asUint,
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  parseCoseKey,
  type CborValue,
} from '../../core/index.ts'
import type { Act, GrantKeys } from './indices.ts'

/**
 * Who may sign grants for a phone, by the approver's word: one signature for each lock index. It is
 * good for one term, and no longer once the approver has ended that term on this phone.
 */
export interface Mandate {
  readonly keys: GrantKeys
  readonly approvals: Readonly<Record<Act, Uint8Array>>
  /** The approver's signatures that ended the terms before this one: 0, 1 …  */
  readonly ends: readonly Uint8Array[]
}

/** Raises one bit: lock number k, or its release. It holds as long as its mandate, for this phone alone. */
export interface Grant {
  readonly act: Act
  /** 0 to 62: how many locks of this phone came before. */
  readonly number: number
  readonly police: Uint8Array
  /** Of a release; null for a lock. */
  readonly owner: Uint8Array | null
}

/** What travels with a bundle for a phone whose store is a TPM. */
export interface Grants {
  readonly mandate: Mandate
  /** In the order they were given: what the phone has missed, then the one for this order. */
  readonly grants: readonly Grant[]
}

/** The boot key is sealed to 64 states, of which the first is that of no lock at all. */
const MAX_LOCKS = 63
/** 63 locks and their releases. */
const MAX_GRANTS = 2 * MAX_LOCKS
/** As many bits as an index has, less one. */
const MAX_TERMS = 63
const MAX_GRANTS_BYTES = 8_192
const SIGNATURE = 64
const ACTS: readonly Act[] = ['lock', 'release']

export function encodeGrants({ mandate, grants }: Grants): Uint8Array {
  const { keys, approvals, ends } = mandate
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, coseKey(keys.police)],
      [3, coseKey(keys.owner)],
      [4, approvals.lock],
      [5, approvals.release],
      [
        6,
        grants.map(({ act, number, police, owner }) => [ACTS.indexOf(act), number, police, owner]),
      ],
      [7, [...ends]],
    ]),
  )
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseGrants(bytes: Uint8Array): Grants {
  const fields = new Fields(decodeCbor(bytes, MAX_GRANTS_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected grants of version 1')
  const ends = fields.array(7).map((end) => asBytes(end, SIGNATURE))
  demand(ends.length <= MAX_TERMS, 'too-large', 'more terms than an index has bits')
  const mandate = {
    keys: { police: parseCoseKey(fields.take(2)), owner: parseCoseKey(fields.take(3)) },
    approvals: { lock: fields.bytes(4, SIGNATURE), release: fields.bytes(5, SIGNATURE) },
    ends,
  }
  const items = fields.array(6)
  demand(items.length <= MAX_GRANTS, 'too-large', 'more grants than a phone has locks')
  const grants = items.map(parseGrant)
  fields.done()
  return { mandate, grants }
}

function parseGrant(value: CborValue): Grant {
  const [kind, k, police, owner] = asArray(value, 4)
  const act = ACTS[asUint(kind)]
  const number = asUint(k)
  demand(act !== undefined && number < MAX_LOCKS, 'malformed', 'no such grant')
  demand((owner === null) === (act === 'lock'), 'malformed', 'the owner signs releases, and only')
  return {
    act,
    number,
    police: asBytes(police, SIGNATURE),
    owner: owner === null ? null : asBytes(owner, SIGNATURE),
  }
}
