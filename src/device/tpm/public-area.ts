import { concat, demand, sha256, type PublicKey } from '../../core/index.ts'
import { ALG, CURVE_P256, OBJECT } from './codes.ts'
import { Reader } from './reader.ts'
import { EMPTY, sized, u16, u32 } from './writer.ts'

const COORDINATE = 32
const OWN = OBJECT.fixedTpm | OBJECT.fixedParent | OBJECT.noDa

/** What stands in a TPMT_PUBLIC of an elliptic key before its point. */
function eccArea(attributes: number, symmetric: Uint8Array, scheme: Uint8Array): Uint8Array {
  return concat(
    u16(ALG.ecc),
    u16(ALG.sha256),
    u32(attributes),
    sized(EMPTY),
    symmetric,
    scheme,
    u16(CURVE_P256),
    u16(ALG.null),
  )
}

const NO_SYMMETRIC = u16(ALG.null)
const ECDSA = concat(u16(ALG.ecdsa), u16(ALG.sha256))
const NO_POINT = concat(sized(EMPTY), sized(EMPTY))
const made = OWN | OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth

/** The key that everything of the store lies under. */
export const STORAGE_KEY = concat(
  eccArea(
    made | OBJECT.restricted | OBJECT.decrypt,
    concat(u16(ALG.aes), u16(128), u16(ALG.cfb)),
    u16(ALG.null),
  ),
  NO_POINT,
)
/** Signs whatever it is given: the device attestation key. */
export const SIGNING_KEY = concat(eccArea(made | OBJECT.sign, NO_SYMMETRIC, ECDSA), NO_POINT)
/** Restricted: signs nothing but what the TPM itself has stated. */
export const ATTESTATION_KEY = concat(
  eccArea(made | OBJECT.sign | OBJECT.restricted, NO_SYMMETRIC, ECDSA),
  NO_POINT,
)

/** Data sealed to a policy, and to nothing else: no password opens it. */
export function sealedArea(policy: Uint8Array): Uint8Array {
  return concat(
    u16(ALG.keyedHash),
    u16(ALG.sha256),
    u32(OWN),
    sized(policy),
    u16(ALG.null),
    sized(EMPTY),
  )
}

/** A key of somebody else, to check signatures with. */
export function verifyingArea(key: PublicKey): Uint8Array {
  const area = eccArea(OBJECT.userWithAuth | OBJECT.sign, NO_SYMMETRIC, ECDSA)
  return concat(area, sized(key.x), sized(key.y))
}

/** Name of an object: Part 1 §16. 34 bytes. */
export function nameOf(publicArea: Uint8Array): Uint8Array {
  return concat(u16(ALG.sha256), sha256(publicArea))
}

/** The point of a key made from one of the templates above. @throws {Refusal} store */
export function pointOf(publicArea: Uint8Array, template: Uint8Array): PublicKey {
  const head = template.subarray(0, template.length - NO_POINT.length)
  const reader = new Reader(publicArea)
  const isOurs = reader.take(head.length).every((byte, i) => byte === head[i])
  demand(isOurs, 'store', 'a key of another kind')
  const key = { x: padded(reader.sized(COORDINATE)), y: padded(reader.sized(COORDINATE)) }
  reader.done()
  return key
}

/** A TPM may leave leading zeros out. */
export function padded(number: Uint8Array): Uint8Array {
  return concat(new Uint8Array(COORDINATE - number.length), number)
}
