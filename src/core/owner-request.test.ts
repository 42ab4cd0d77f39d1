import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, utf8 } from './bytes.ts'
import { encodeCbor, type CborValue } from './cbor.ts'
import { slotBytes } from './cose.ts'
import { kidOf } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import {
  OWNER_STEPS,
  deviceNamedIn,
  readOwnerRequest,
  signOwnerRequest,
  signOwnerRequestWith,
  type OwnerRequest,
} from './owner-request.ts'
import { Refusal } from './refusal.ts'
import { WAITING_ACTS } from './waiting-act.ts'
import { PASSKEY } from './webauthn.ts'

const TYPE = 'application/stolen-ask+cbor'
const key = newKey()
const how = { verify }
const request: OwnerRequest = {
  step: 'confirm',
  act: 'reset',
  device: bytes(32, 1),
  nonce: bytes(32, 2),
  ctr: null,
  mail: null,
}

const anyRequest: fc.Arbitrary<OwnerRequest> = fc.record({
  step: fc.constantFrom(...OWNER_STEPS),
  act: fc.option(fc.constantFrom(...WAITING_ACTS)),
  device: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })),
  nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  ctr: fc.option(fc.nat()),
  mail: fc.option(fc.string({ minLength: 1, maxLength: 254 })),
})

describe('a request about an act that waits', () => {
  it('is read as it was signed, by a key in hand and by one in a chip', async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async (wanted) => {
        const signed = signOwnerRequest(wanted, key)
        expect(readOwnerRequest(signed, key.key, how)).toEqual(wanted)
        expect(deviceNamedIn(signed)).toEqual(wanted.device)
        const chip = await signOwnerRequestWith(wanted, key.key, async (message) =>
          key.sign(message),
        )
        expect(readOwnerRequest(chip, key.key, how)).toEqual(wanted)
      }),
      { numRuns: 50 },
    )
  })

  it('A03: is nobody else’s, and ends in a refusal however it is bent', () => {
    const good = signOwnerRequest(request, key)
    expect(codeOf(() => readOwnerRequest(good, newKey().key, how))).toBe('signature')
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bent = Uint8Array.from(good) // a Buffer, whose slice is no copy
        bent[at]! ^= flip
        expect(() => readOwnerRequest(bent, key.key, how)).toThrow(Refusal)
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        expect(() => deviceNamedIn(any)).toThrow(Refusal)
      }),
    )
    const { slots, payload } = parseDocument(good, TYPE)
    const twice = encodeDocument({ contentType: TYPE, payload, slots: [...slots, ...slots] })
    expect(codeOf(() => readOwnerRequest(twice, key.key, how))).toBe('malformed')
  })

  it('A03: a passkey of another device signs it, on a page of the root document only', () => {
    const owner = { role: 'owner', rpId: 'owner.example', origins: ['https://owner.example'] }
    const byPasskey = (origin: string) => {
      const payload = parseDocument(signOwnerRequest(request, key), TYPE).payload
      const header = encodeCbor(
        new Map<number, CborValue>([
          [1, -7],
          [2, [PASSKEY.marker]],
          [4, kidOf(key.key)],
          [PASSKEY.marker, 1],
        ]),
      )
      const hash = (data: Uint8Array | string) =>
        new Uint8Array(createHash('sha256').update(data).digest())
      const challenge = Buffer.from(hash(slotBytes(TYPE, header, payload))).toString('base64url')
      const clientDataJson = utf8(
        `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}","crossOrigin":false}`,
      )
      const authenticatorData = concat(hash('owner.example'), Uint8Array.of(0x1d, 0, 0, 0, 0))
      const signature = key.sign(concat(authenticatorData, hash(clientDataJson)))
      const assertion = { authenticatorData, clientDataJson }
      const slot = { protected: header, kid: kidOf(key.key), signature, assertion }
      return encodeDocument({ contentType: TYPE, payload, slots: [slot] })
    }
    const known = { verify, relyingParties: [owner] }
    expect(readOwnerRequest(byPasskey('https://owner.example'), key.key, known)).toEqual(request)
    const phished = byPasskey('https://owner.example.thief.example')
    expect(codeOf(() => readOwnerRequest(phished, key.key, known))).toBe('assertion')
    expect(codeOf(() => readOwnerRequest(byPasskey('https://owner.example'), key.key, how))).toBe(
      'assertion',
    )
  })
})
