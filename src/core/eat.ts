import { STATES, type State } from './acts.ts'
import type { Measured } from './boot-image.ts'
import { concat, equal, utf8 } from './bytes.ts'
import { Fields, asArray, asBytes, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import {
  coseKey,
  parseCoseKey,
  thumbprint,
  type PublicKey,
  type Signer,
  type VerifyEs256,
} from './crypto.ts'
import { parseImei14, type Imei14, type Tac } from './imei.ts'
import { PART_TYPES, parsePartType, type BoundPart, type PartType } from './parts/part.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

/** What a phone says about itself, fresh and signed by its attestation key (EAT, RFC 9711). */
export interface Eat {
  readonly nonce: Uint8Array
  /** The device attestation key. Its thumbprint is the device. */
  readonly dak: PublicKey
  readonly imeis: readonly Imei14[]
  /** Who made it: 16 bytes of the maker's own, or its IEEE OUI of 3. */
  readonly oemId: Uint8Array
  /** Which of that maker's models, up to 32 bytes of its choice. */
  readonly model: Uint8Array
  /** Boot authorised by the maker's key, debug disabled. */
  readonly bootVerified: boolean
  /** Rises with every boot. */
  readonly bootCount: number
  /** 32 to 64 random bytes, drawn at each boot: two boots of one count differ in it. */
  readonly bootSeed: Uint8Array
  readonly measured: Measured
  readonly state: State
  readonly ctr: number
  /** Log index of the order in force, null when none. */
  readonly outstanding: number | null
  readonly rootVersion: number
  /** Thumbprint of the owner's key, null until there is one. */
  readonly owner: Uint8Array | null
  /** Whether its reset protection is on. */
  readonly isProtected: boolean
  /** Its parts that answered when last asked, each with what binds it. */
  readonly parts: readonly Pick<BoundPart, 'part' | 'binding'>[]
  /** Places where a part sits that is not bound to it, in the order of `PART_TYPES`. */
  readonly unbound: readonly PartType[]
}

const PROFILE = 'stolen-mode/v1'
const CLAIM = {
  nonce: 10,
  ueid: 256,
  sueids: 257,
  oemid: 258,
  hwmodel: 259,
  oemboot: 262,
  dbgstat: 263,
  profile: 265,
  bootcount: 267,
  bootseed: 268,
  measurements: 273,
  cnf: 8,
  state: -70201,
  ctr: -70202,
  outstanding: -70203,
  parts: -70204,
  rootVersion: -70205,
  owner: -70206,
  protection: -70207,
  unbound: -70208,
} as const
/** UEID type 01: a random-looking identifier, here the key's thumbprint. */
const UEID_RAND = 0x01
/** SUEID type 03: an IMEI, each digit as a byte of its value. */
const UEID_IMEI = 0x03
const DEBUG = { enabled: 0, permanentlyDisabled: 3 } as const
const NONE = -1
/** CoAP content format of application/cbor: a CoSWID would name files, and a phone starts one image. */
const CBOR_FORMAT = 60
const OEM_ID_BYTES: readonly number[] = [3, 16]
const MAX_MODEL_BYTES = 32
const SEED_BYTES = { least: 32, most: 64 } as const

/** The OEM identifier of whoever signs its images with this key, 16 bytes. @param key its thumbprint */
export function oemIdOf(key: Uint8Array): Uint8Array {
  return key.slice(0, 16)
}

/** The model of a phone whose maker names it by its TAC. */
export function modelOf(tac: Tac): Uint8Array {
  return utf8(tac)
}

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
    [CLAIM.oemid, eat.oemId],
    [CLAIM.hwmodel, eat.model],
    [CLAIM.oemboot, eat.bootVerified ? 1 : 0],
    [CLAIM.dbgstat, eat.bootVerified ? DEBUG.permanentlyDisabled : DEBUG.enabled],
    [CLAIM.bootcount, eat.bootCount],
    [CLAIM.bootseed, eat.bootSeed],
    [CLAIM.measurements, [[CBOR_FORMAT, encodeCbor([eat.measured.key, eat.measured.image])]]],
    [CLAIM.state, STATES.indexOf(eat.state)],
    [CLAIM.ctr, eat.ctr],
    [CLAIM.outstanding, eat.outstanding ?? NONE],
    [CLAIM.rootVersion, eat.rootVersion],
    [CLAIM.owner, eat.owner],
    [CLAIM.protection, eat.isProtected ? 1 : 0],
  ])
  if (eat.parts.length > 0)
    claims.set(
      CLAIM.parts,
      eat.parts.map(({ part, binding }) => [part, binding]),
    )
  if (eat.unbound.length > 0) claims.set(CLAIM.unbound, [...eat.unbound])
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
  const protection = fields.uint(CLAIM.protection)
  demand(protection <= 1, 'malformed', 'protection is on or off')
  const debugOff = fields.uint(CLAIM.dbgstat) >= 2
  const eat: Eat = {
    nonce: fields.bytes(CLAIM.nonce, 32),
    dak,
    imeis: parseSueids(fields.take(CLAIM.sueids)),
    oemId: fields.bytes(CLAIM.oemid),
    model: fields.bytes(CLAIM.hwmodel),
    bootVerified: fields.uint(CLAIM.oemboot) === 1 && debugOff,
    bootCount: fields.uint(CLAIM.bootcount),
    bootSeed: fields.bytes(CLAIM.bootseed),
    measured: parseMeasurements(fields.array(CLAIM.measurements, 1)),
    state: parseState(fields.uint(CLAIM.state)),
    ctr: fields.uint(CLAIM.ctr),
    outstanding: outstanding === NONE ? null : fields.uint(CLAIM.outstanding),
    rootVersion: fields.uint(CLAIM.rootVersion),
    owner: owner === null ? null : asBytes(owner, 32),
    isProtected: protection === 1,
    parts: fields.has(CLAIM.parts) ? fields.array(CLAIM.parts).map(parsePart) : [],
    unbound: fields.has(CLAIM.unbound) ? parseUnbound(fields.array(CLAIM.unbound)) : [],
  }
  fields.done()
  demandSizes(eat)
  const hasNone = fields.has(CLAIM.parts) && eat.parts.length === 0
  demand(!hasNone, 'malformed', 'no parts are spelled by leaving them out')
  demand(eat.parts.length <= PART_TYPES.length, 'malformed', 'more parts than a phone has')
  return eat
}

/** RFC 9711 §4.2.3, §4.2.4 and §4.3.6. */
function demandSizes({ oemId, model, bootSeed }: Eat): void {
  demand(OEM_ID_BYTES.includes(oemId.length), 'malformed', 'an oemid of 3 or 16 bytes')
  const fits = model.length >= 1 && model.length <= MAX_MODEL_BYTES
  demand(fits, 'malformed', `a hwmodel of 1 to ${MAX_MODEL_BYTES} bytes`)
  const { least, most } = SEED_BYTES
  const isLong = bootSeed.length >= least && bootSeed.length <= most
  demand(isLong, 'malformed', `a bootseed of ${least} to ${most} bytes`)
}

/** Of one image, RFC 9711 §4.2.16. */
function parseMeasurements([measurement]: readonly CborValue[]): Measured {
  const [format, content] = asArray(measurement, 2)
  demand(format === CBOR_FORMAT, 'malformed', 'measurements of another format')
  const [key, image] = asArray(decodeCbor(asBytes(content), 128), 2)
  return { key: asBytes(key, 32), image: asBytes(image, 32) }
}

function parsePart(value: CborValue) {
  const [part, binding] = asArray(value, 2)
  return { part: asBytes(part, 32), binding: asBytes(binding, 32) }
}

function parseUnbound(values: readonly CborValue[]): readonly PartType[] {
  const types = values.map(parsePartType)
  demand(types.length > 0, 'malformed', 'no parts are spelled by leaving them out')
  const places = types.map((type) => PART_TYPES.indexOf(type))
  const isRising = places.every((place, i) => i === 0 || places[i - 1]! < place)
  demand(isRising, 'malformed', 'places come in their order, each once')
  return types
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
