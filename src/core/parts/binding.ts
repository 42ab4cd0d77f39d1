import { equal } from '../bytes.ts'
import { Fields, decodeCbor, type CborValue } from '../cbor.ts'
import { verifySlot, type ContentType } from '../cose.ts'
import { kidOf, sha256, thumbprint, type PublicKey, type VerifyEs256 } from '../crypto.ts'
import { parseDocument } from '../entry.ts'
import { demand } from '../refusal.ts'
import { parsePartType, type PartType } from './part.ts'

/** A part and a phone say together that they belong to each other. Signed by both keys, the phone first. */
export interface Binding {
  /** Thumbprint of the part's key. */
  readonly part: Uint8Array
  readonly type: PartType
  /** Thumbprint of the phone's key. */
  readonly dak: Uint8Array
  /** Hash of what bound it before, 32 bytes; null for a part that was in no phone yet. */
  readonly previous: Uint8Array | null
  /** The registry's, 32 bytes. */
  readonly nonce: Uint8Array
}

export const BINDING_TYPE = 'application/stolen-binding+cbor' satisfies ContentType

/** The deterministic payload to sign. */
export function bindingPayload({ part, type, dak, previous, nonce }: Binding): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, part],
    [3, type],
    [4, dak],
    [5, previous],
    [6, nonce],
  ])
}

/** A binding both have signed, and its hash. */
export interface SignedBinding {
  readonly binding: Binding
  /** Of what was signed and not of how: anybody can make a second spelling of a signature. */
  readonly hash: Uint8Array
}

/**
 * Reads and verifies: it names exactly these two keys, and both have signed.
 * @throws {Refusal} malformed, not-canonical, alg, too-large, part-signature
 */
export function readBinding(
  bytes: Uint8Array,
  { host, part }: { readonly host: PublicKey; readonly part: PublicKey },
  verify: VerifyEs256,
): SignedBinding {
  const cose = parseDocument(bytes, BINDING_TYPE)
  const binding = parseBinding(cose.payload)
  const names = equal(binding.dak, thumbprint(host)) && equal(binding.part, thumbprint(part))
  demand(names, 'part-signature', 'the binding names other keys')
  const keys = [host, part]
  demand(cose.slots.length === keys.length, 'part-signature', 'expected two signatures')
  for (const [i, key] of keys.entries()) {
    const slot = cose.slots[i]!
    const isRaw = equal(slot.kid, kidOf(key)) && slot.assertion === null
    demand(isRaw, 'part-signature', 'signed by another than phone and part')
    try {
      verifySlot(cose, slot, key, { verify })
    } catch {
      demand(false, 'part-signature', 'a signature of the binding does not verify')
    }
  }
  return { binding, hash: sha256(cose.payload) }
}

function parseBinding(payload: Uint8Array): Binding {
  const fields = new Fields(decodeCbor(payload, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected binding version 1')
  const binding = {
    part: fields.bytes(2, 32),
    type: parsePartType(fields.take(3)),
    dak: fields.bytes(4, 32),
    previous: fields.take(5) === null ? null : fields.bytes(5, 32),
    nonce: fields.bytes(6, 32),
  }
  fields.done()
  return binding
}
