import { STATES, type State } from './acts.ts'
import { concat, equal } from './bytes.ts'
import { Fields, asBytes, decodeCbor, type CborValue } from './cbor.ts'
import {
  coseKey,
  parseCoseKey,
  thumbprint,
  type PublicKey,
  type Signer,
  type VerifyEs256,
} from './crypto.ts'
import { parseImei14, type Imei14 } from './imei.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/** What a phone says about itself, fresh and signed by its attestation key (EAT, RFC 9711). */
export interface Eat {
  readonly nonce: Uint8Array
  /** The device attestation key. Its thumbprint is the device. */
  readonly dak: PublicKey
  readonly imeis: readonly Imei14[]
  /** Boot authorised by the maker's key, debug disabled. */
  readonly bootVerified: boolean
  readonly bootCount: number
  readonly state: State
  readonly ctr: number
  /** Log index of the order in force, null when none. */
  readonly outstanding: number | null
  readonly rootVersion: number
  /** Thumbprint of the owner's key, null until there is one. */
  readonly owner: Uint8Array | null
}

const PROFILE = 'stolen-mode/v1'
const CLAIM = {
  nonce: 10,
  ueid: 256,
  sueids: 257,
  oemboot: 262,
  dbgstat: 263,
  profile: 265,
  bootcount: 267,
  cnf: 8,
  state: -70201,
  ctr: -70202,
  outstanding: -70203,
  rootVersion: -70205,
  owner: -70206,
} as const
/** UEID type 01: a random-looking identifier, here the key's thumbprint. */
const UEID_RAND = 0x01
/** SUEID type 03: an IMEI, each digit as a byte of its value. */
const UEID_IMEI = 0x03
const DEBUG = { enabled: 0, permanentlyDisabled: 3 } as const
const NONE = -1

export function signEat(eat: Eat, dak: Signer): Uint8Array {
  const sueids = new Map<string, CborValue>(
    eat.imeis.map((imei, i) => [
      `imei${i + 1}`,
      new Uint8Array([UEID_IMEI, ...Array.from(imei, Number)]),
    ]),
  )
  const claims = new Map<number, CborValue>([
    [CLAIM.profile, PROFILE],
    [CLAIM.nonce, eat.nonce],
    [CLAIM.cnf, new Map([[1, coseKey(eat.dak)]])],
    [CLAIM.ueid, concat(new Uint8Array([UEID_RAND]), thumbprint(eat.dak))],
    [CLAIM.sueids, sueids],
    [CLAIM.oemboot, eat.bootVerified ? 1 : 0],
    [CLAIM.dbgstat, eat.bootVerified ? DEBUG.permanentlyDisabled : DEBUG.enabled],
    [CLAIM.bootcount, eat.bootCount],
    [CLAIM.state, STATES.indexOf(eat.state)],
    [CLAIM.ctr, eat.ctr],
    [CLAIM.outstanding, eat.outstanding ?? NONE],
    [CLAIM.rootVersion, eat.rootVersion],
    [CLAIM.owner, eat.owner],
  ])
  return sign1('application/eat+cwt', claims, dak)
}

/**
 * Reads and verifies: the token must be signed by the very key it names. Whether that key is known,
 * and the nonce ours, is the caller's to ask. @throws {Refusal} malformed, not-canonical, alg, signature, imei-digits
 */
export function readEat(bytes: Uint8Array, verify: VerifyEs256): Eat {
  const cose = parseSign1(bytes, 'application/eat+cwt')
  const fields = new Fields(decodeCbor(cose.payload, 2048))
  const cnf = new Fields(fields.take(CLAIM.cnf))
  const dak = parseCoseKey(cnf.take(1))
  cnf.done()
  verifySign1(cose, dak, verify)
  demand(fields.text(CLAIM.profile) === PROFILE, 'malformed', `expected profile ${PROFILE}`)
  const ueid = fields.bytes(CLAIM.ueid, 33)
  demand(
    ueid[0] === UEID_RAND && equal(ueid.subarray(1), thumbprint(dak)),
    'malformed',
    'the ueid is not the key',
  )
  const outstanding = fields.take(CLAIM.outstanding)
  const owner = fields.take(CLAIM.owner)
  const debugOff = fields.uint(CLAIM.dbgstat) >= 2
  const eat: Eat = {
    nonce: fields.bytes(CLAIM.nonce, 32),
    dak,
    imeis: parseSueids(fields.take(CLAIM.sueids)),
    bootVerified: fields.uint(CLAIM.oemboot) === 1 && debugOff,
    bootCount: fields.uint(CLAIM.bootcount),
    state: parseState(fields.uint(CLAIM.state)),
    ctr: fields.uint(CLAIM.ctr),
    outstanding: outstanding === NONE ? null : fields.uint(CLAIM.outstanding),
    rootVersion: fields.uint(CLAIM.rootVersion),
    owner: owner === null ? null : asBytes(owner, 32),
  }
  fields.done()
  return eat
}

function parseState(number: number): State {
  const state = STATES[number]
  demand(state !== undefined, 'malformed', 'no such state')
  return state
}

function parseSueids(value: CborValue): readonly Imei14[] {
  const fields = new Fields(value)
  const slots = fields.has('imei2') ? ['imei1', 'imei2'] : ['imei1']
  const imeis = slots.map((slot) => {
    const bytes = fields.bytes(slot, 15)
    demand(bytes[0] === UEID_IMEI, 'malformed', 'expected a sueid of type IMEI')
    return parseImei14([...bytes.subarray(1)].join(''))
  })
  fields.done()
  return imeis
}
