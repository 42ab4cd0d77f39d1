import { POWERS, ROLES, type Power, type Role } from './acts.ts'
import { Fields, asArray, asText, asUint, decodeCbor, type CborValue } from './cbor.ts'
import { parseDocument } from './entry.ts'
import { coseKey, kidOf, parseCoseKey, type PublicKey } from './crypto.ts'
import { decodeContact, encodeContact, type Contact } from './contact.ts'
import type { CoseSign } from './cose.ts'
import { parseTac, type Tac } from './imei.ts'
import { demand } from './refusal.ts'

/** Locks, holds and so on a name may cause, per hour and per day of log time. */
export type Caps = Readonly<Partial<Record<Power, readonly [hour: number, day: number]>>>

export interface Certificate {
  /** Name of the issuer; `root` for a national authority. */
  readonly iss: string
  /** Parent's name plus `.label` or `/label`. */
  readonly sub: string
  /** Validity in Unix seconds, judged at the time of the entry it signs; at most 400 days. */
  readonly nbf: number
  readonly exp: number
  readonly key: PublicKey
  readonly caps: Caps
  readonly scope: {
    readonly acts: readonly Power[]
    readonly country: string
    readonly tacs: readonly Tac[] | null
  }
  /** How many generations may still follow; a child's is smaller. */
  readonly depth: number
  readonly role: Role
  /** A force's two keys: one certifies and stays offline, the other signs orders. Null for all others. */
  readonly use: 'issue' | 'order' | null
  /** Of a force: how the public reaches it. */
  readonly contact?: Contact
}

/** A certificate with the signatures that still have to be checked against its issuer. */
export interface SignedCertificate {
  readonly cert: Certificate
  readonly kid: Uint8Array
  readonly cose: CoseSign
}

const MAX_SECONDS = 400 * 86_400
const FIELD = {
  caps: -70001,
  scope: -70002,
  depth: -70003,
  role: -70004,
  use: -70005,
  contact: -70006,
} as const

export function certificatePayload(cert: Certificate): CborValue {
  const scope = new Map<number, CborValue>([
    [1, [...cert.scope.acts]],
    [2, cert.scope.country],
  ])
  if (cert.scope.tacs) scope.set(3, [...cert.scope.tacs])
  const payload = new Map<number, CborValue>([
    [1, cert.iss],
    [2, cert.sub],
    [4, cert.exp],
    [5, cert.nbf],
    [8, new Map([[1, coseKey(cert.key)]])],
    [FIELD.caps, new Map(Object.entries(cert.caps).map(([act, cap]) => [act, [...cap]]))],
    [FIELD.scope, scope],
    [FIELD.depth, cert.depth],
    [FIELD.role, cert.role],
  ])
  if (cert.use) payload.set(FIELD.use, cert.use)
  if (cert.contact) payload.set(FIELD.contact, encodeContact(cert.contact))
  return payload
}

/** @throws {Refusal} malformed, not-canonical, alg, cert-time */
export function readCertificate(bytes: Uint8Array): SignedCertificate {
  return certificateOf(parseDocument(bytes, 'application/stolen-cert+cbor'))
}

/** @throws {Refusal} malformed, not-canonical, cert-time */
export function certificateOf(cose: CoseSign): SignedCertificate {
  const cert = parseCertificate(cose.payload)
  return { cert, kid: kidOf(cert.key), cose }
}

function parseCertificate(payload: Uint8Array): Certificate {
  const fields = new Fields(decodeCbor(payload, 4096))
  const cnf = new Fields(fields.take(8))
  const scope = new Fields(fields.take(FIELD.scope))
  const role = ROLES.find((known) => known === fields.text(FIELD.role))
  demand(role !== undefined, 'malformed', 'no such role')
  const cert: Certificate = {
    iss: fields.text(1),
    sub: parseName(fields.text(2)),
    nbf: fields.uint(5),
    exp: fields.uint(4),
    key: parseCoseKey(cnf.take(1)),
    caps: parseCaps(fields.take(FIELD.caps)),
    scope: {
      acts: scope.array(1).map((act) => parsePower(act)),
      country: parseCountry(scope.text(2)),
      tacs: scope.has(3) ? scope.array(3).map((tac) => parseTac(asText(tac, 8))) : null,
    },
    depth: fields.uint(FIELD.depth),
    role,
    use: fields.has(FIELD.use) ? parseUse(fields.text(FIELD.use)) : null,
    ...(fields.has(FIELD.contact) && { contact: decodeContact(fields.take(FIELD.contact)) }),
  }
  cnf.done()
  scope.done()
  fields.done()
  demand(
    (cert.use !== null) === (role === 'force'),
    'malformed',
    'a use belongs to a force, and to nobody else',
  )
  const mayHave = cert.contact === undefined || role === 'force'
  demand(mayHave, 'malformed', 'only a force says how the public reaches it')
  demand(
    cert.nbf < cert.exp && cert.exp - cert.nbf <= MAX_SECONDS,
    'cert-time',
    'valid for more than 400 days',
  )
  return cert
}

function parseCaps(value: CborValue): Caps {
  demand(value instanceof Map, 'malformed', 'caps are a map')
  const caps: Partial<Record<Power, readonly [number, number]>> = {}
  for (const [act, pair] of value as ReadonlyMap<string, CborValue>) {
    const [hour, day] = asArray(pair, 2)
    caps[parsePower(act)] = [asUint(hour), asUint(day)]
  }
  return caps
}

function parsePower(value: CborValue): Power {
  const act = POWERS.find((known) => known === value)
  demand(act !== undefined, 'malformed', 'no such act')
  return act
}

function parseCountry(text: string): string {
  demand(/^[A-Z]{2}$/.test(text), 'malformed', 'expected an ISO 3166 country of two letters')
  return text
}

/** Which of a force's two keys this is. @throws {Refusal} malformed */
export function parseUse(text: string): 'issue' | 'order' {
  demand(text === 'issue' || text === 'order', 'malformed', 'a use is issue or order')
  return text
}

/** An authority's name: labels of a–z, 0–9 and hyphen, joined by `.` or `/`. @throws {Refusal} malformed */
export function parseName(text: string): string {
  demand(
    /^[a-z0-9-]{1,63}([./][a-z0-9-]{1,63}){0,7}$/.test(text),
    'malformed',
    'not an authority name',
  )
  return text
}

/** True when `name` is `ancestor` or stands below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return name === ancestor || name.startsWith(`${ancestor}.`) || name.startsWith(`${ancestor}/`)
}
