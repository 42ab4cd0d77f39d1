import { equal } from './bytes.ts'
import { Fields, asBytes, asText, asUint, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { coseSign, slotBytes, slotProtected, verifySlot, type SlotVerifier } from './cose.ts'
import { kidOf, type PublicKey, type Signer } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { demand } from './refusal.ts'
import { WAITING_ACTS, type WaitingAct } from './waiting-act.ts'

/**
 * What a phone or an owner's key says about acts that wait. `ask` and `use` are the phone's, after its
 * first factor; `confirm`, `read` and `contact` the owner's; anybody of both may `stop`.
 */
export const OWNER_STEPS = ['ask', 'confirm', 'stop', 'use', 'read', 'contact'] as const
export type OwnerStep = (typeof OWNER_STEPS)[number]

export interface OwnerRequest {
  readonly step: OwnerStep
  /** Null where the step is about all of them. */
  readonly act: WaitingAct | null
  /** Thumbprint of the dak; null: every device of the key that signs. */
  readonly device: Uint8Array | null
  /** The registry's, 32 bytes: good once. */
  readonly nonce: Uint8Array
  /** Counter of the last order the phone obeyed; null where no phone signs. */
  readonly ctr: number | null
  /** An address for notices; null, also to have none. */
  readonly mail: string | null
}

const TYPE = 'application/stolen-ask+cbor'
/** RFC 5321 §4.5.3.1.3. */
export const MAX_MAIL = 254

function payload({ step, act, device, nonce, ctr, mail }: OwnerRequest): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, step],
    [3, act],
    [4, device],
    [5, nonce],
    [6, ctr],
    [7, mail],
  ])
}

/** The request as a document of one slot. */
export function signOwnerRequest(request: OwnerRequest, signer: Signer): Uint8Array {
  return encodeDocument(coseSign(TYPE, payload(request), [signer]))
}

/** The same, by a key whose chip takes its time. `sign` gives 64 bytes. */
export async function signOwnerRequestWith(
  request: OwnerRequest,
  key: PublicKey,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const bytes = encodeCbor(payload(request))
  const kid = kidOf(key)
  const header = slotProtected(kid)
  const signature = await sign(slotBytes(TYPE, header, bytes))
  const slot = { protected: header, kid, signature, assertion: null }
  return encodeDocument({ contentType: TYPE, payload: bytes, slots: [slot] })
}

/** Which device it names, before anything is verified: it says whose key to fetch. @throws as `readOwnerRequest` */
export function deviceNamedIn(document: Uint8Array): Uint8Array | null {
  return parse(parseDocument(document, TYPE).payload).device
}

/**
 * Reads and verifies: a raw signature, or a passkey's where `how` names relying parties.
 * @throws {Refusal} malformed, not-canonical, too-large, alg, signature, assertion
 */
export function readOwnerRequest(
  document: Uint8Array,
  key: PublicKey,
  how: SlotVerifier,
): OwnerRequest {
  const cose = parseDocument(document, TYPE)
  const [slot] = cose.slots
  demand(slot !== undefined && cose.slots.length === 1, 'malformed', 'expected one signature')
  demand(equal(slot.kid, kidOf(key)), 'signature', 'signed with another key')
  verifySlot(cose, slot, key, how)
  return parse(cose.payload)
}

function parse(bytes: Uint8Array): OwnerRequest {
  const fields = new Fields(decodeCbor(bytes, 1024))
  demand(fields.uint(1) === 1, 'malformed', 'expected version 1')
  const said = fields.text(2, 16)
  const step = OWNER_STEPS.find((known) => known === said)
  demand(step !== undefined, 'malformed', 'no such step')
  const request: OwnerRequest = {
    step,
    act: orNull(fields.take(3), parseWaitingAct),
    device: orNull(fields.take(4), (value) => asBytes(value, 32)),
    nonce: fields.bytes(5, 32),
    ctr: orNull(fields.take(6), (value) => asUint(value)),
    mail: orNull(fields.take(7), (value) => asText(value, MAX_MAIL)),
  }
  fields.done()
  return request
}

/** @throws {Refusal} malformed */
export function parseWaitingAct(value: CborValue): WaitingAct {
  const act = WAITING_ACTS.find((known) => known === value)
  demand(act !== undefined, 'malformed', 'no such act')
  return act
}

function orNull<T>(value: CborValue, read: (value: CborValue) => T): T | null {
  return value === null ? null : read(value)
}
