import { equal } from './bytes.ts'
import { Fields, asArray, asBytes, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { coseSign, verifySlot, type CoseSign, type SlotVerifier } from './cose.ts'
import { coseKey, kidOf, parseCoseKey, thumbprint, type PublicKey, type Signer } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { demand } from './refusal.ts'

const TYPE = 'application/stolen-transfer+cbor'
/** The two documents of a sale. Each says which it is: else one could be shown for the other. */
const STEP = { offer: 1, acceptance: 2 } as const

/** The longest an offer may stand, in seconds: 72 hours. */
export const OFFER_SECONDS = 259_200
/** How long after a sale its former owner is heard about it, ms: 14 days. */
export const DISPUTE_MS = 14 * 86_400_000
/** How long the present holder has to answer a dispute before police may decide without him, ms: 72 hours. */
export const HEARING_MS = 3 * 86_400_000

/**
 * The owner gives the phone away: to whoever shows the nonce, within its time. The nonce is the
 * handover; whoever has not got it from the owner cannot accept.
 */
export interface TransferOffer {
  /** Thumbprint of the device key. */
  readonly dak: Uint8Array
  /** 32 random bytes. */
  readonly nonce: Uint8Array
  /** Unix seconds: it stands from the first to the second, at most `OFFER_SECONDS`. */
  readonly from: number
  readonly exp: number
}

/** The buyer takes it, with the key that is to own the phone. */
export interface TransferAcceptance {
  readonly dak: Uint8Array
  /** The offer's. */
  readonly nonce: Uint8Array
  readonly key: PublicKey
}

/** Both halves of a change of owner, and the key the first is signed with. */
export interface Sale {
  readonly offer: CoseSign
  readonly acceptance: CoseSign
  readonly seller: PublicKey
}

/** What a sale says, once both signatures hold. */
export interface CheckedSale {
  readonly dak: Uint8Array
  readonly seller: PublicKey
  readonly buyer: PublicKey
}

/** What the owner hands to the buyer, as a picture or by word of mouth: CBOR `[dak, nonce]`. */
export type HandoverCode = Pick<TransferOffer, 'dak' | 'nonce'>

export const encodeHandover = ({ dak, nonce }: HandoverCode): Uint8Array => encodeCbor([dak, nonce])

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseHandover(bytes: Uint8Array): HandoverCode {
  const [dak, nonce] = asArray(decodeCbor(bytes, 128), 2)
  return { dak: asBytes(dak, 32), nonce: asBytes(nonce, 32) }
}

export function offerPayload({ dak, nonce, from, exp }: TransferOffer): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, STEP.offer],
    [3, dak],
    [4, nonce],
    [5, from],
    [6, exp],
  ])
}

export function acceptancePayload({ dak, nonce, key }: TransferAcceptance): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, STEP.acceptance],
    [3, dak],
    [4, nonce],
    [5, coseKey(key)],
  ])
}

export const signOffer = (offer: TransferOffer, owner: Signer): CoseSign =>
  coseSign(TYPE, offerPayload(offer), [owner])

export const signAcceptance = (acceptance: TransferAcceptance, buyer: Signer): CoseSign =>
  coseSign(TYPE, acceptancePayload(acceptance), [buyer])

/** An offer or an acceptance, its signatures not yet looked at. @throws {Refusal} too-large, malformed, not-canonical, alg */
export const parseTransfer = (bytes: Uint8Array): CoseSign => parseDocument(bytes, TYPE)

/** @throws {Refusal} malformed, not-canonical */
export function parseOffer(payload: Uint8Array): TransferOffer {
  const fields = stepFields(payload, STEP.offer)
  const offer = {
    dak: fields.bytes(3, 32),
    nonce: fields.bytes(4, 32),
    from: fields.uint(5),
    exp: fields.uint(6),
  }
  fields.done()
  return offer
}

/** @throws {Refusal} malformed, not-canonical */
export function parseAcceptance(payload: Uint8Array): TransferAcceptance {
  const fields = stepFields(payload, STEP.acceptance)
  const acceptance = {
    dak: fields.bytes(3, 32),
    nonce: fields.bytes(4, 32),
    key: parseCoseKey(fields.take(5)),
  }
  fields.done()
  return acceptance
}

function stepFields(payload: Uint8Array, step: number): Fields {
  const fields = new Fields(decodeCbor(payload, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected transfer version 1')
  demand(fields.uint(2) === step, 'malformed', 'expected the other half of a transfer')
  return fields
}

/** The record that a `sales` batch commits to: deterministic CBOR. */
export function encodeSale({ offer, acceptance, seller }: Sale): Uint8Array {
  return encodeCbor([encodeDocument(offer), encodeDocument(acceptance), coseKey(seller)])
}

/** @throws {Refusal} too-large, malformed, not-canonical, alg, signature */
export function parseSale(bytes: Uint8Array): Sale {
  const [offer, acceptance, seller] = asArray(decodeCbor(bytes, MAX_SALE_BYTES), 3)
  return {
    offer: parseTransfer(asBytes(offer)),
    acceptance: parseTransfer(asBytes(acceptance)),
    seller: parseCoseKey(seller),
  }
}

/** Two documents with a passkey's client data each. */
const MAX_SALE_BYTES = 4_096

/** Whose signatures count, and when. */
export type SaleJudge = Pick<SlotVerifier, 'verify' | 'relyingParties'>

/**
 * An offer by this owner's key. @throws {Refusal} malformed, not-canonical; window: longer than 72
 * hours; signer-set, owner-key, signature, assertion
 */
export function checkOffer(offer: CoseSign, owner: PublicKey, judge: SaleJudge): TransferOffer {
  const said = parseOffer(offer.payload)
  const lasts = said.exp - said.from
  demand(lasts > 0 && lasts <= OFFER_SECONDS, 'window', 'an offer stands 72 hours at most')
  checkSigned(offer, owner, judge)
  return said
}

/**
 * A sale that is logged at `t` (ms): the offer stood then, both keys signed, each its own half, and
 * they differ. The one judgement of registry, phone and whoever is shown the proof of purchase.
 * @throws {Refusal} malformed, not-canonical; fields: halves of different sales; window, expired;
 * signer-set, owner-key, signature, assertion
 */
export function checkSale(sale: Sale, t: number, judge: SaleJudge): CheckedSale {
  const { seller } = sale
  const offer = checkOffer(sale.offer, seller, judge)
  const { dak, nonce, key: buyer } = parseAcceptance(sale.acceptance.payload)
  const isOne = equal(dak, offer.dak) && equal(nonce, offer.nonce)
  demand(isOne, 'fields', 'the acceptance answers another offer')
  demand(t >= offer.from * 1000, 'window', 'the offer does not stand yet')
  demand(t <= offer.exp * 1000, 'expired', 'the offer no longer stands')
  demand(!equal(thumbprint(seller), thumbprint(buyer)), 'signer-set', 'one key on both sides')
  checkSigned(sale.acceptance, buyer, judge)
  return { dak, seller, buyer }
}

function checkSigned(document: CoseSign, key: PublicKey, judge: SaleJudge): void {
  const [slot, second] = document.slots
  demand(slot !== undefined && second === undefined, 'signer-set', 'expected one signature')
  demand(equal(slot.kid, kidOf(key)), 'owner-key', 'signed with another key')
  verifySlot(document, slot, key, judge)
}
