import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import {
  concat,
  demand,
  encodeCbor,
  encodeSlot,
  kidOf,
  passkeyProtected,
  sha256,
  slotBytes,
  type ContentType,
  type PublicKey,
} from '../../../core/index.ts'

/** P-256: both halves of a signature, 32 bytes each. */
const HALF = 32
const [SEQUENCE, INTEGER] = [0x30, 0x02]

/** The challenge under which a passkey signs a slot of `payload`: the browser shows it to nobody. 32 bytes. */
export function slotChallenge(
  contentType: ContentType,
  payload: Uint8Array,
  key: PublicKey,
): Uint8Array {
  return sha256(slotBytes(contentType, passkeyProtected(kidOf(key)), payload))
}

/**
 * A passkey's answer as a slot of an order: CBOR of `[protected, unprotected, signature]`. Whether it verifies is
 * the law's question, asked where the slot is added. @throws {Refusal} malformed: no such answer
 */
export function passkeySlot(key: PublicKey, { response }: AuthenticationResponseJSON): Uint8Array {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
  const kid = kidOf(key)
  const slot = {
    protected: passkeyProtected(kid),
    kid,
    signature: plainSignature(bytes(response.signature)),
    assertion: {
      authenticatorData: bytes(response.authenticatorData),
      clientDataJson: bytes(response.clientDataJSON),
    },
  }
  return encodeCbor(encodeSlot(slot))
}

/** WebAuthn gives DER (RFC 3279 §2.2.3), COSE wants r‖s. @throws {Refusal} malformed */
export function plainSignature(der: Uint8Array): Uint8Array {
  const [head, length, ...rest] = der
  demand(head === SEQUENCE && length === rest.length, 'malformed', 'expected a DER signature')
  const r = integerAt(der, 2)
  const s = integerAt(der, r.next)
  demand(s.next === der.length, 'malformed', 'something stands behind the signature')
  return concat(r.value, s.value)
}

function integerAt(der: Uint8Array, at: number) {
  const length = der[at + 1] ?? 0
  const next = at + 2 + length
  demand(
    der[at] === INTEGER && length > 0 && length <= HALF + 1 && next <= der.length,
    'malformed',
    'expected a DER integer',
  )
  const digits = der.slice(at + 2, next)
  // A leading zero keeps a large number from looking negative, and stands nowhere else (X.690 §8.3.2).
  const value = digits[0] === 0 ? digits.subarray(1) : digits
  const isMinimal = digits[0] !== 0 ? digits[0]! < 0x80 : value.length > 0 && value[0]! >= 0x80
  demand(isMinimal && value.length <= HALF, 'malformed', 'expected a DER integer of 256 bits')
  return { value: concat(new Uint8Array(HALF - value.length), value), next }
}
