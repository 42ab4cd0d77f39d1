import { ACTS, RULES, type Act } from './acts.ts'
import { Fields, asBytes, asText, decodeCbor, type CborValue } from './cbor.ts'
import { coseKey, parseCoseKey, type PublicKey } from './crypto.ts'
import { demand } from './refusal.ts'

/** How the owner spoke. Weak proof (`card`, `trusted`) may hold, never release. */
export const OWNER_PROOFS = ['passkey', 'card', 'trusted', 'in-person', 'operator'] as const
export type OwnerProof = (typeof OWNER_PROOFS)[number]

/** Field 11 of a hold or lock. */
export const WHY_STOLEN = { theft: 1, robbery: 2, burglary: 3, lost: 4 } as const
/** Field 11 of a retirement. */
export const WHY_RETIRED = { recycled: 1, destroyed: 2, endOfEvidence: 3 } as const
/** Field 13 of a release. */
export const RELEASED_TO = {
  returned: 1,
  issuedInError: 2,
  titlePassed: 3,
  court: 4,
  holdWithdrawn: 5,
} as const

/** The payload of an order: exactly one device, one act, one reason from a closed list. */
export interface Order {
  readonly act: Act
  /** 16 random bytes: the order's identity, whatever its signatures look like. */
  readonly oid: Uint8Array
  /** Name of the authority of slot 1. */
  readonly auth: string
  /** Salted commitment to the device, 32 bytes. */
  readonly dev: Uint8Array
  /** Per-device counter: the previous one + 1. */
  readonly ctr: number
  /** Validity in Unix seconds; a hold's `exp` is the moment it lapses. */
  readonly nbf: number
  readonly exp: number
  /** Salted hash of the crime reference. */
  readonly case?: Uint8Array
  readonly own?: readonly [OwnerProof, Uint8Array]
  readonly why?: number
  /** Log index of the order this one continues or undoes. */
  readonly of?: number
  readonly to?: number
  /** Owner-key commitment. */
  readonly okc?: Uint8Array
  /** Opens the `okc` of `of`. */
  readonly okey?: { readonly salt: Uint8Array; readonly key: PublicKey }
  readonly cus?: Uint8Array
  readonly cc?: string
  readonly clu?: Uint8Array
}

/** What others depend on of an order that is logged: nothing else of it is kept in memory. */
export type JudgedOrder = Pick<Order, 'act' | 'auth' | 'ctr' | 'exp' | 'of' | 'to' | 'okc' | 'okey'>

/** A copy in memory of its own: no view of the entry, which would keep all of it. */
export function judged({ act, auth, ctr, exp, of, to, okc, okey }: Order): JudgedOrder {
  return {
    act,
    auth,
    ctr,
    exp,
    ...(of !== undefined && { of }),
    ...(to !== undefined && { to }),
    ...(okc && { okc: okc.slice() }),
    ...(okey && {
      okey: { salt: okey.salt.slice(), key: { x: okey.key.x.slice(), y: okey.key.y.slice() } },
    }),
  }
}

type Optional = 'case' | 'own' | 'why' | 'of' | 'to' | 'okc' | 'okey' | 'cus' | 'cc' | 'clu'
type Need = 'required' | 'optional'

const FIELD: Readonly<Record<Optional, number>> = {
  case: 9,
  own: 10,
  why: 11,
  of: 12,
  to: 13,
  okc: 14,
  okey: 15,
  cus: 16,
  cc: 17,
  clu: 18,
}

/** What stands in which act; whatever is not named is forbidden there. */
const TABLE: Readonly<Record<Act, Readonly<Partial<Record<Optional, Need>>>>> = {
  hold: { own: 'required', why: 'required', okc: 'optional' },
  lock: {
    case: 'required',
    own: 'required',
    why: 'required',
    of: 'optional',
    okc: 'optional',
    clu: 'optional',
  },
  found: { case: 'required', of: 'required', cus: 'required', cc: 'required' },
  release: { case: 'optional', of: 'required', to: 'required', okey: 'required' },
  retire: { case: 'optional', why: 'required', of: 'optional', okey: 'required' },
}

/** How many values the closed list of field 11 or 13 has in this act. */
const LIST_SIZE = { hold: 4, lock: 4, retire: 3, release: 5, found: 0 } as const

/** The deterministic payload to sign. */
export function orderPayload(order: Order): CborValue {
  const map = new Map<number, CborValue>([
    [1, 1],
    [2, order.act],
    [3, order.oid],
    [4, order.auth],
    [5, order.dev],
    [6, order.ctr],
    [7, order.nbf],
    [8, order.exp],
  ])
  const put = (key: number, value: CborValue | undefined) => {
    if (value !== undefined) map.set(key, value)
  }
  put(9, order.case)
  put(10, order.own)
  put(11, order.why)
  put(12, order.of)
  put(13, order.to)
  put(14, order.okc)
  put(15, order.okey && [order.okey.salt, coseKey(order.okey.key)])
  put(16, order.cus)
  put(17, order.cc)
  put(18, order.clu)
  return map
}

/**
 * Reads a payload by the field table. The name in `auth` and the signatures are not looked at here.
 * @throws {Refusal} fields, window, malformed, not-canonical
 */
export function parseOrder(payload: Uint8Array): Order {
  const fields = new Fields(decodeCbor(payload, 2048), 'fields')
  demand(fields.uint(1) === 1, 'fields', 'expected version 1')
  const act = parseAct(fields.text(2))
  const has = (name: Optional) => fieldStands(fields, act, name)
  const order: Order = {
    act,
    oid: fields.bytes(3, 16),
    auth: fields.text(4),
    dev: fields.bytes(5, 32),
    ctr: fields.uint(6),
    nbf: fields.uint(7),
    exp: fields.uint(8),
    ...(has('case') && { case: fields.bytes(9, 32) }),
    ...(has('own') && { own: parseOwn(fields.array(10, 2)) }),
    ...(has('why') && { why: listed(fields.uint(11), LIST_SIZE[act]) }),
    ...(has('of') && { of: fields.uint(12) }),
    ...(has('to') && { to: listed(fields.uint(13), LIST_SIZE[act]) }),
    ...(has('okc') && { okc: fields.bytes(14, 32) }),
    ...(has('okey') && { okey: parseOkey(fields.array(15, 2)) }),
    ...(has('cus') && { cus: fields.bytes(16, 32) }),
    ...(has('cc') && { cc: parseCountry(fields.text(17)) }),
    ...(has('clu') && { clu: fields.bytes(18, 32) }),
  }
  fields.done()
  demand(order.ctr >= 1, 'fields', 'the counter begins at 1')
  demand(order.exp > order.nbf, 'window', 'ends before it begins')
  demand(
    order.exp - order.nbf <= RULES[act].window,
    'window',
    `valid for more than ${RULES[act].window} s`,
  )
  return order
}

function fieldStands(fields: Fields, act: Act, name: Optional): boolean {
  const need = TABLE[act][name]
  const stands = fields.has(FIELD[name])
  demand(need !== undefined || !stands, 'fields', `${act} has no field ${FIELD[name]}`)
  demand(need !== 'required' || stands, 'fields', `${act} needs field ${FIELD[name]}`)
  return stands
}

function parseAct(text: string): Act {
  const act = ACTS.find((known) => known === text)
  demand(act !== undefined, 'fields', 'no such act')
  return act
}

function parseOwn([proof, hash]: readonly CborValue[]): readonly [OwnerProof, Uint8Array] {
  const known = OWNER_PROOFS.find((word) => word === asText(proof, 16, 'fields'))
  demand(known !== undefined, 'fields', 'no such proof of the owner')
  return [known, asBytes(hash, 32, 'fields')]
}

function parseOkey([salt, key]: readonly CborValue[]): { salt: Uint8Array; key: PublicKey } {
  return { salt: asBytes(salt, 32, 'fields'), key: parseCoseKey(key) }
}

function parseCountry(text: string): string {
  demand(/^[A-Z]{2}$/.test(text), 'fields', 'expected an ISO 3166 country of two letters')
  return text
}

function listed(value: number, size: number): number {
  demand(value >= 1 && value <= size, 'fields', 'reason outside the closed list')
  return value
}
