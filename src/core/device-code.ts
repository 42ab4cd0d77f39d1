import { decodeBase45, encodeBase45 } from './base45.ts'
import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import { equal } from './bytes.ts'
import { thumbprint, type PublicKey, type VerifyEs256 } from './crypto.ts'
import { Refusal, demand } from './refusal.ts'
import { parseSign1, sign1With, verifySign1 } from './sign1.ts'

/**
 * What a phone that does not open shows for scanning: it says which phone this is, and nothing a thief could
 * use. It proves that the glass belongs to that phone's key as of that boot; a photograph of it proves no more.
 */
export interface DeviceCode {
  /** Thumbprint of the device attestation key. */
  readonly dak: Uint8Array
  /** Leaf of the last order the phone has obeyed; null: none. */
  readonly index: number | null
  readonly bootCount: number
}

const TYPE = 'application/stolen-device+cbor'
/** Upper case and digits only: a code of the fewest modules (ISO/IEC 18004, alphanumeric mode). */
const PREFIX = 'STOLEN-MODE:1:'
const MAX_CHARS = 512

export async function signDeviceCode(
  { index, bootCount }: Omit<DeviceCode, 'dak'>,
  dak: PublicKey,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, thumbprint(dak)],
    [3, index],
    [4, bootCount],
  ])
  return PREFIX + encodeBase45(await sign1With(TYPE, payload, dak, sign))
}

/** What it says, before anybody has looked up the key. @throws {Refusal} malformed, not-canonical, alg */
export function parseDeviceCode(text: string): DeviceCode {
  return readPayload(documentOf(text).payload)
}

/** @throws {Refusal} as `parseDeviceCode`; signature; not-this-device: it names another key */
export function checkDeviceCode(text: string, dak: PublicKey, verify: VerifyEs256): DeviceCode {
  const cose = documentOf(text)
  verifySign1(cose, dak, verify)
  const code = readPayload(cose.payload)
  demand(equal(code.dak, thumbprint(dak)), 'not-this-device', 'the code names another key')
  return code
}

function documentOf(text: string) {
  const isOurs = text.startsWith(PREFIX) && text.length <= MAX_CHARS
  if (!isOurs) throw new Refusal('malformed', 'not the code of a phone')
  return parseSign1(decodeBase45(text.slice(PREFIX.length)), TYPE)
}

function readPayload(bytes: Uint8Array): DeviceCode {
  const fields = new Fields(decodeCbor(bytes, 128))
  demand(fields.uint(1) === 1, 'malformed', 'expected a code of version 1')
  const dak = fields.bytes(2, 32)
  const index = fields.take(3) === null ? null : fields.uint(3)
  const code = { dak, index, bootCount: fields.uint(4) }
  fields.done()
  return code
}
