import { equal } from './bytes.ts'
import { Fields, asArray, asBytes, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { kidOf, type PublicKey, type Signer, type VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'
import { PASSKEY, verifyAssertion, type Assertion, type RelyingParty } from './webauthn.ts'

const CONTENT_TYPES = [
  'application/stolen-order+cbor',
  'application/stolen-cert+cbor',
  'application/stolen-list+cbor',
  'application/stolen-root+cbor',
  'application/stolen-distrust+cbor',
  'application/stolen-ownerkey+cbor',
  'application/stolen-batch+cbor',
  'application/stolen-identity+cbor',
  'application/stolen-status+cbor',
  'application/stolen-device+cbor',
  'application/stolen-image+cbor',
  'application/stolen-transfer+cbor',
  'application/stolen-sighting+cbor',
  'application/stolen-clone+cbor',
  'application/stolen-ack+cbor',
  'application/stolen-run+cbor',
  'application/stolen-conformance+cbor',
  'application/stolen-owner+cbor',
  'application/stolen-sale+cbor',
  'application/stolen-auth+cbor',
  'application/stolen-request+cbor',
  'application/stolen-ask+cbor',
  'application/stolen-reset+cbor',
  'application/stolen-part+cbor',
  'application/stolen-binding+cbor',
  'application/stolen-donor+cbor',
  'application/stolen-pairing+cbor',
  'application/stolen-partlist+cbor',
  'application/stolen-words+cbor',
  'application/stolen-check+cbor',
  'application/eat+cwt',
] as const

/**
 * What a signed document is. It stands in the protected header of its body, so that a certificate
 * can never verify as an order.
 */
export type ContentType = (typeof CONTENT_TYPES)[number]

/** One signer's part of a COSE_Sign (RFC 9052 §4.1). */
export interface Slot {
  readonly protected: Uint8Array
  readonly kid: Uint8Array
  readonly signature: Uint8Array
  /** Present when a passkey signed: it never signs raw bytes, but this about them. */
  readonly assertion: Assertion | null
}

export interface CoseSign {
  readonly contentType: ContentType
  readonly payload: Uint8Array
  readonly slots: readonly Slot[]
}

const MAX_SLOTS = 8
const EMPTY = new Uint8Array(0)
const noHeaders: CborValue = new Map()

/** Encoded once: every signature asks for it three times on its way into the log. */
const BODY_PROTECTED = new Map<ContentType, Uint8Array>(
  CONTENT_TYPES.map((contentType) => [contentType, encodeCbor(new Map([[3, contentType]]))]),
)
const bodyProtected = (contentType: ContentType) => BODY_PROTECTED.get(contentType)!

/** The protected header of a raw ES256 slot. */
export function slotProtected(kid: Uint8Array): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, -7],
      [4, kid],
    ]),
  )
}

/** The protected header of a passkey's slot: whoever does not know passkeys has to refuse it. */
export function passkeyProtected(kid: Uint8Array): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [1, -7],
      [2, [PASSKEY.marker]],
      [4, kid],
      [PASSKEY.marker, 1],
    ]),
  )
}

/** The bytes one slot signs: RFC 9052 §4.4, no external data. */
export function slotBytes(
  contentType: ContentType,
  slot: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  return encodeCbor(['Signature', bodyProtected(contentType), slot, EMPTY, payload])
}

/** Signs `payload` for one slot. Slots are independent: signers need not meet. */
export function signSlot(contentType: ContentType, payload: Uint8Array, signer: Signer): Slot {
  const kid = kidOf(signer.key)
  const header = slotProtected(kid)
  const signature = signer.sign(slotBytes(contentType, header, payload))
  return { protected: header, kid, signature, assertion: null }
}

/** The COSE_Sign as it stands in a log entry, certificate or token. */
export function encodeCoseSign(cose: CoseSign): CborValue {
  return [
    bodyProtected(cose.contentType),
    noHeaders,
    cose.payload,
    cose.slots.map((slot) => encodeSlot(slot)),
  ]
}

export function encodeSlot(slot: Slot): CborValue {
  const unprotected: CborValue =
    slot.assertion === null
      ? noHeaders
      : new Map([
          [PASSKEY.authenticatorData, slot.assertion.authenticatorData],
          [PASSKEY.clientDataJson, slot.assertion.clientDataJson],
        ])
  return [slot.protected, unprotected, slot.signature]
}

/** Signs with every signer, slots in the order given. */
export function coseSign(
  contentType: ContentType,
  payload: CborValue,
  signers: readonly Signer[],
): CoseSign {
  const bytes = encodeCbor(payload)
  return {
    contentType,
    payload: bytes,
    slots: signers.map((signer) => signSlot(contentType, bytes, signer)),
  }
}

/** @throws {Refusal} malformed, not-canonical, alg */
export function parseCoseSign(value: CborValue | undefined, contentType: ContentType): CoseSign {
  const [header, unprotected, payload, slots] = asArray(value, 4)
  demand(
    equal(asBytes(header), bodyProtected(contentType)),
    'malformed',
    `expected content type ${contentType}`,
  )
  demand(unprotected instanceof Map && unprotected.size === 0, 'malformed', 'unprotected header')
  const parts = asArray(slots)
  demand(
    parts.length >= 1 && parts.length <= MAX_SLOTS,
    'malformed',
    `1 to ${MAX_SLOTS} signatures`,
  )
  return { contentType, payload: asBytes(payload), slots: parts.map((part) => parseSlot(part)) }
}

/** @throws {Refusal} malformed, not-canonical, alg */
export function parseSlot(value: CborValue): Slot {
  const [header, unprotected, signature] = asArray(value, 3)
  const protectedBytes = asBytes(header)
  const fields = new Fields(decodeCbor(protectedBytes, 64))
  demand(fields.has(1) && fields.take(1) === -7, 'alg', 'expected ES256 in the protected header')
  const kid = fields.bytes(4, 8)
  const open = new Fields(unprotected)
  let assertion: Assertion | null = null
  if (fields.has(2) || fields.has(PASSKEY.marker)) {
    const [critical] = fields.array(2, 1)
    demand(
      critical === PASSKEY.marker && fields.take(PASSKEY.marker) === 1,
      'alg',
      'unknown critical header',
    )
    assertion = {
      authenticatorData: open.bytes(PASSKEY.authenticatorData),
      clientDataJson: open.bytes(PASSKEY.clientDataJson),
    }
  }
  fields.done()
  open.done()
  const bytes = asBytes(signature)
  demand(bytes.length === 64, 'signature', 'expected a signature of 64 bytes')
  return { protected: protectedBytes, kid, signature: bytes, assertion }
}

/** Everything needed to check one signature. */
export interface SlotVerifier {
  readonly verify: VerifyEs256
  /** The relying parties a passkey of this signer's role may have answered to. */
  readonly relyingParties?: readonly RelyingParty[]
  /** Officers' passkeys must not leave their device. */
  readonly deviceBound?: boolean
}

/** @throws {Refusal} signature, assertion */
export function verifySlot(cose: CoseSign, slot: Slot, key: PublicKey, how: SlotVerifier): void {
  const signed = slotBytes(cose.contentType, slot.protected, cose.payload)
  if (slot.assertion === null) {
    demand(how.verify(key, signed, slot.signature), 'signature', 'a signature does not verify')
    return
  }
  verifyAssertion(slot.assertion, signed, slot.signature, key, {
    verify: how.verify,
    relyingParties: how.relyingParties ?? [],
    deviceBound: how.deviceBound ?? false,
  })
}
