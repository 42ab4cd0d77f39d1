import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOUR, T0, bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, utf8 } from './bytes.ts'
import { encodeCbor, type CborValue } from './cbor.ts'
import { slotBytes, type CoseSign } from './cose.ts'
import { kidOf, type Signer } from './crypto.ts'
import { Refusal } from './refusal.ts'
import {
  OFFER_SECONDS,
  acceptancePayload,
  checkSale,
  encodeSale,
  parseSale,
  signAcceptance,
  signOffer,
  type Sale,
  type TransferOffer,
} from './transfer.ts'
import { PASSKEY, type RelyingParty } from './webauthn.ts'

const seller = newKey()
const buyer = newKey()
const terms: TransferOffer = {
  dak: bytes(32, 0xda),
  nonce: bytes(32, 0x4e),
  from: T0,
  exp: T0 + HOUR,
}
const { dak, nonce } = terms
const acceptance = signAcceptance({ dak, nonce, key: buyer.key }, buyer)
const sale: Sale = { offer: signOffer(terms, seller), acceptance, seller: seller.key }

const judged = (
  changes: Partial<Sale> = {},
  atMs = T0 * 1000,
  relyingParties: readonly RelyingParty[] = [],
) => codeOf(() => checkSale({ ...sale, ...changes }, atMs, { verify, relyingParties }))
const offered = (changes: Partial<TransferOffer>) =>
  judged({ offer: signOffer({ ...terms, ...changes }, seller) })
const accepted = (changes: Partial<TransferOffer>, by: Signer = buyer) =>
  judged({ acceptance: signAcceptance({ dak, nonce, key: by.key, ...changes }, by) })

it('holds from the first to the last moment of the offer, by log time', () => {
  for (const at of [T0 * 1000, (T0 + HOUR) * 1000]) expect(judged({}, at)).toBe('accepted')
  expect(judged({}, T0 * 1000 - 1)).toBe('window')
  expect(judged({}, (T0 + HOUR) * 1000 + 1)).toBe('expired')
})

it('stands for 72 hours at most', () => {
  expect(offered({ exp: T0 + OFFER_SECONDS })).toBe('accepted')
  expect(offered({ exp: T0 + OFFER_SECONDS + 1 })).toBe('window')
  expect(offered({ exp: T0 })).toBe('window')
})

it('is of two keys that signed, each its own half, about one phone and one offer', () => {
  const thief = newKey()
  expect(judged({ offer: signOffer(terms, thief) })).toBe('owner-key')
  expect(judged({ seller: thief.key })).toBe('owner-key')
  expect(accepted({ nonce: bytes(32, 1) })).toBe('fields')
  expect(accepted({ dak: bytes(32, 1) })).toBe('fields')
  expect(accepted({}, seller)).toBe('signer-set')
  const unsigned = {
    ...acceptance,
    payload: encodeCbor(acceptancePayload({ dak, nonce, key: thief.key })),
  }
  expect(judged({ acceptance: unsigned })).toBe('owner-key')
  const twice: CoseSign = { ...acceptance, slots: [...acceptance.slots, ...acceptance.slots] }
  expect(judged({ acceptance: twice })).toBe('signer-set')
  const altered = { ...sale.offer, slots: [{ ...sale.offer.slots[0]!, signature: bytes(64, 7) }] }
  expect(judged({ offer: altered })).toBe('signature')
})

it('A91 neither half passes for the other, though both have one content type', () => {
  expect(judged({ offer: acceptance, acceptance: sale.offer, seller: buyer.key })).toBe('malformed')
})

it('a passkey signs either half', () => {
  const parties = [{ role: 'owner', rpId: 'owner.example', origins: ['https://owner.example'] }]
  const passkeyed = {
    acceptance: withPasskey(acceptance, buyer),
    offer: withPasskey(sale.offer, seller),
  }
  expect(judged(passkeyed, T0 * 1000, parties)).toBe('accepted')
  expect(judged(passkeyed)).toBe('assertion')
})

it('comes back from its bytes; other bytes end in a refusal', () => {
  const encoded = encodeSale(sale)
  expect(encodeSale(parseSale(encoded))).toEqual(encoded)
  fc.assert(
    fc.property(fc.nat({ max: encoded.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const bent = encoded.slice()
      bent[at] = byte
      try {
        checkSale(parseSale(bent), T0 * 1000, { verify })
        expect(bent).toEqual(encoded)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }),
    { numRuns: 200 },
  )
})

/** The same document as a passkey signs it. */
function withPasskey({ contentType, payload }: CoseSign, by: Signer): CoseSign {
  const hash = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest())
  const kid = kidOf(by.key)
  const header = encodeCbor(
    new Map<number, CborValue>([
      [1, -7],
      [2, [PASSKEY.marker]],
      [4, kid],
      [PASSKEY.marker, 1],
    ]),
  )
  const challenge = Buffer.from(hash(slotBytes(contentType, header, payload))).toString('base64url')
  const origin = 'https://owner.example'
  const clientDataJson = utf8(JSON.stringify({ type: 'webauthn.get', challenge, origin }))
  const authenticatorData = concat(hash(utf8('owner.example')), Uint8Array.of(0x05, 0, 0, 0, 0))
  const signature = by.sign(concat(authenticatorData, hash(clientDataJson)))
  const assertion = { authenticatorData, clientDataJson }
  return { contentType, payload, slots: [{ protected: header, kid, signature, assertion }] }
}
