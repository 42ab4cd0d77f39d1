import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Refusal,
  decodeCbor,
  parseSlot,
  sha256,
  utf8,
  verifySlot,
  type PublicKey,
} from '../../../core/index.ts'
import { nodeVerifiers } from '../../../host/index.ts'
import { passkeySlot, plainSignature, slotChallenge } from './passkey-slot.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signed = (message: Uint8Array, dsaEncoding: 'der' | 'ieee-p1363') =>
  new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding }))

describe('a passkey’s signature', () => {
  it('has both halves whole, however short they are in DER', () => {
    // Deterministic signatures would make this one line: we compare the halves instead.
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (message) => {
        const der = signed(message, 'der')
        const plain = plainSignature(der)
        expect(plain).toHaveLength(64)
        const numbers = [plain.subarray(0, 32), plain.subarray(32)]
        for (const number of numbers)
          expect(
            Buffer.from(der).includes(Buffer.from(number).subarray(number.findIndex(Boolean))),
          ).toBe(true)
      }),
    )
  })

  it('is refused when it is anything but two integers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          expect(plainSignature(bytes)).toHaveLength(64)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
    )
    const der = signed(new Uint8Array(1), 'der')
    for (const bad of [der.subarray(1), der.subarray(0, -1), new Uint8Array([...der, 0])])
      expect(() => plainSignature(bad)).toThrow(Refusal)
  })

  it('over the challenge of an order is a slot that the law takes, and of another order is none', () => {
    const type = 'application/stolen-order+cbor'
    const { x, y } = publicKey.export({ format: 'jwk' })
    const half = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64url'))
    const key: PublicKey = { x: half(x), y: half(y) }
    const payload = utf8('an order')
    const origin = 'http://localhost:1'
    const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
    const challenge = base64url(slotChallenge(type, payload, key))
    const clientData = utf8(
      JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }),
    )
    const flags = new Uint8Array([0x05, 0, 0, 0, 0]) // present and verified, counter 0
    const authenticatorData = new Uint8Array([...sha256(utf8('localhost')), ...flags])
    const signature = signed(new Uint8Array([...authenticatorData, ...sha256(clientData)]), 'der')
    const bytes = passkeySlot(key, {
      id: 'AA',
      rawId: 'AA',
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        authenticatorData: base64url(authenticatorData),
        clientDataJSON: base64url(clientData),
        signature: base64url(signature),
      },
    })
    const slot = parseSlot(decodeCbor(bytes, 2048))
    const relyingParties = [{ role: 'owner', rpId: 'localhost', origins: [origin] }]
    const how = { verify: nodeVerifiers().es256, relyingParties }
    const cose = { contentType: type, payload, slots: [slot] } as const
    expect(() => verifySlot(cose, slot, key, how)).not.toThrow()
    const other = { ...cose, payload: utf8('another order') }
    expect(() => verifySlot(other, slot, key, how)).toThrow(Refusal)
  })
})
