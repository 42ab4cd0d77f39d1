import { Algorithms, ProtectedHeaders, Sign, Sign1 } from '@auth0/cose'
import { createPrivateKey, createPublicKey, sign as nodeSign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { es256Signer } from '../host/index.ts'
import { freshKey } from '../host/fresh-key.ts'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import { encodeCbor, type CborValue } from './cbor.ts'
import {
  coseSign,
  encodeCoseSign,
  parseCoseSign,
  parseSlot,
  slotBytes,
  verifySlot,
  type CoseSign,
} from './cose.ts'
import { kidOf } from './crypto.ts'
import { encodeDocument, parseDocument } from './entry.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'

const ORDER = 'application/stolen-order+cbor'
const SIGHTING = 'application/stolen-sighting+cbor'
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const [alice, bob] = [newKey(), newKey()]
const payload = new Map<number, CborValue>([[1, 'hello']])

const oneSlot = (slot: CborValue): CborValue => [
  encodeCbor(new Map([[3, ORDER]])),
  new Map(),
  encodeCbor(payload),
  [slot],
]
const goodSlot = () => coseSign(ORDER, payload, [alice]).slots[0]!
const slotWith = (header: CborValue | Uint8Array, open: CborValue = new Map()): CborValue => {
  const bytes = header instanceof Uint8Array ? header : encodeCbor(header)
  return oneSlot([bytes, open, goodSlot().signature])
}
const parse = (value: CborValue) => codeOf(() => parseCoseSign(value, ORDER))
const check = (cose: CoseSign, signature: Uint8Array, i = 0, key = alice.key) =>
  codeOf(() => verifySlot(cose, { ...cose.slots[i]!, signature }, key, { verify }))

describe('COSE_Sign, RFC 9052 §4.1', () => {
  it('goes round with two slots, each verified by its own key only', () => {
    const bytes = encodeDocument(coseSign(ORDER, payload, [alice, bob]))
    const cose = parseDocument(bytes, ORDER)
    expect(toHex(encodeDocument(cose))).toBe(toHex(bytes))
    expect(cose.slots.map((slot) => toHex(slot.kid))).toEqual(
      [alice, bob].map(({ key }) => toHex(kidOf(key))),
    )
    expect(check(cose, cose.slots[0]!.signature, 0, alice.key)).toBe('accepted')
    expect(check(cose, cose.slots[1]!.signature, 1, bob.key)).toBe('accepted')
    expect(check(cose, cose.slots[1]!.signature, 1, alice.key)).toBe('signature')
    expect(check(cose, cose.slots[1]!.signature, 0, alice.key)).toBe('signature')
  })

  it('signs ["Signature", body protected, slot protected, empty, payload], §4.4', () => {
    const slot = goodSlot()
    const body = encodeCbor(new Map([[3, ORDER]]))
    const spelled = encodeCbor(['Signature', body, slot.protected, new Uint8Array(0), utf8('x')])
    expect(toHex(slotBytes(ORDER, slot.protected, utf8('x')))).toBe(toHex(spelled))
  })

  it('is not accepted as another document', () => {
    const bytes = encodeDocument(coseSign(ORDER, payload, [alice]))
    expect(codeOf(() => parseDocument(bytes, 'application/stolen-cert+cbor'))).toBe('malformed')
    const cert = coseSign('application/stolen-cert+cbor', payload, [alice])
    expect(check({ ...cert, contentType: ORDER }, cert.slots[0]!.signature)).toBe('signature')
  })

  const kid = kidOf(alice.key)
  it.each<[string, () => CborValue, string]>([
    [
      'alg in the unprotected header',
      () => slotWith(new Map([[4, kid]]), new Map([[1, -7]])),
      'alg',
    ],
    ['alg in both headers', () => slotWith(goodSlot().protected, new Map([[1, -7]])), 'malformed'],
    ['an empty map as protected header', () => slotWith(fromHex('a0')), 'alg'],
    ['an empty protected header', () => slotWith(new Uint8Array(0)), 'malformed'],
    [
      'ES384',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -35],
            [4, kid],
          ]),
        ),
      'alg',
    ],
    [
      'ES512',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -36],
            [4, kid],
          ]),
        ),
      'alg',
    ],
    [
      'EdDSA',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -8],
            [4, kid],
          ]),
        ),
      'alg',
    ],
    [
      'alg as text',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, 'ES256'],
            [4, kid],
          ]),
        ),
      'alg',
    ],
    ['no kid', () => slotWith(new Map([[1, -7]])), 'malformed'],
    [
      'a kid of 9 bytes',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -7],
            [4, new Uint8Array(9)],
          ]),
        ),
      'malformed',
    ],
    [
      'an unknown header',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -7],
            [4, kid],
            [5, 1],
          ]),
        ),
      'malformed',
    ],
    [
      'an unknown critical header',
      () =>
        slotWith(
          new Map<number, CborValue>([
            [1, -7],
            [2, [-70199]],
            [4, kid],
            [-70199, 1],
          ]),
        ),
      'alg',
    ],
    [
      'a kid in the unprotected header',
      () => slotWith(goodSlot().protected, new Map([[4, kid]])),
      'malformed',
    ],
    [
      'a header not in order',
      () => slotWith(concat(fromHex('a20448'), kid, fromHex('0126'))),
      'not-canonical',
    ],
    [
      'no slot',
      () => [encodeCbor(new Map([[3, ORDER]])), new Map(), encodeCbor(payload), []],
      'malformed',
    ],
    [
      'nine slots',
      () => [
        encodeCbor(new Map([[3, ORDER]])),
        new Map(),
        encodeCbor(payload),
        Array.from({ length: 9 }, () => [goodSlot().protected, new Map(), goodSlot().signature]),
      ],
      'malformed',
    ],
    [
      'a detached payload',
      () => [
        encodeCbor(new Map([[3, ORDER]])),
        new Map(),
        null,
        [[goodSlot().protected, new Map(), goodSlot().signature]],
      ],
      'malformed',
    ],
    [
      'a body header unprotected',
      () => [
        encodeCbor(new Map([[3, ORDER]])),
        new Map([[3, ORDER]]),
        encodeCbor(payload),
        [[goodSlot().protected, new Map(), goodSlot().signature]],
      ],
      'malformed',
    ],
  ])('A91: refuses %s', (_, make, code) => {
    expect(parse(make())).toBe(code)
  })

  it.each([0, 63, 65, 70])('refuses a signature of %i bytes', (length) => {
    const { protected: header } = goodSlot()
    expect(parse(oneSlot([header, new Map(), new Uint8Array(length)]))).toBe('signature')
  })

  it('refuses DER, zeros, r or s of zero, and another payload', () => {
    const privateKey = freshKey('P-256')
    const signer = es256Signer(privateKey)
    const cose = coseSign(ORDER, payload, [signer])
    const good = cose.slots[0]!.signature
    const signed = slotBytes(ORDER, cose.slots[0]!.protected, cose.payload)
    const der = new Uint8Array(
      nodeSign(
        'sha256',
        signed,
        createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      ),
    )
    expect(check(cose, good, 0, signer.key)).toBe('accepted')
    expect(check(cose, der, 0, signer.key)).toBe('signature')
    expect(check(cose, der.slice(0, 64), 0, signer.key)).toBe('signature')
    expect(check(cose, new Uint8Array(64), 0, signer.key)).toBe('signature')
    const half = new Uint8Array(32)
    expect(check(cose, concat(half, good.slice(32)), 0, signer.key)).toBe('signature')
    expect(check(cose, concat(good.slice(0, 32), half), 0, signer.key)).toBe('signature')
    expect(check({ ...cose, payload: encodeCbor('other') }, good, 0, signer.key)).toBe('signature')
  })

  it('A91: accepts both halves of s: low-S is not required', () => {
    const cose = coseSign(ORDER, payload, [alice])
    const good = cose.slots[0]!.signature
    const s = BigInt(`0x${toHex(good.slice(32))}`)
    const other = fromHex((P256_ORDER - s).toString(16).padStart(64, '0'))
    expect(check(cose, concat(good.slice(0, 32), other))).toBe('accepted')
  })

  it('refuses a key off the curve', () => {
    const cose = coseSign(ORDER, payload, [alice])
    const off = { x: new Uint8Array(32), y: new Uint8Array(32) }
    expect(check(cose, cose.slots[0]!.signature, 0, off)).toBe('signature')
  })

  it('reads slots alone', () => {
    const slot = goodSlot()
    expect(parseSlot([slot.protected, new Map(), slot.signature])).toEqual(slot)
  })
})

describe('COSE_Sign1, RFC 9052 §4.2', () => {
  const bytes = sign1(SIGHTING, payload, alice)

  it('goes round', () => {
    const cose = parseSign1(bytes, SIGHTING)
    expect(verifySign1(cose, alice.key, verify)).toEqual(payload)
    expect(codeOf(() => verifySign1(cose, bob.key, verify))).toBe('signature')
    expect(codeOf(() => parseSign1(bytes, ORDER))).toBe('malformed')
  })

  it('refuses the tag and an unprotected header', () => {
    expect(codeOf(() => parseSign1(concat(Uint8Array.of(0xd2), bytes), SIGHTING))).toBe('malformed')
    const header = encodeCbor(
      new Map<number, CborValue>([
        [1, -7],
        [3, SIGHTING],
        [4, kidOf(alice.key)],
      ]),
    )
    const open = encodeCbor([header, new Map([[1, -7]]), encodeCbor(payload), new Uint8Array(64)])
    expect(codeOf(() => parseSign1(open, SIGHTING))).toBe('malformed')
  })
})

describe('another implementation (@auth0/cose) agrees', () => {
  const privateKey = freshKey('P-256')
  const publicKey = createPublicKey(privateKey)
  const signer = es256Signer(privateKey)
  const ours = sign1(SIGHTING, payload, signer)

  it('verifies our COSE_Sign1', async () => {
    const theirs = Sign1.decode(ours)
    await theirs.verify(publicKey)
    await expect(theirs.verify(createPublicKey(freshKey('P-256')))).rejects.toThrow()
  })

  it('signs a COSE_Sign1 that we verify', async () => {
    const header = new Map<number, unknown>([
      [1, Algorithms.ES256],
      [3, SIGHTING],
      [4, kidOf(signer.key)],
    ])
    const theirs = await Sign1.sign(
      header as never,
      new Map() as never,
      encodeCbor(payload),
      privateKey,
    )
    const untagged = encodeCbor([
      encodeCbor(header as Map<number, CborValue>),
      new Map(),
      theirs.payload,
      theirs.signature,
    ])
    expect(verifySign1(parseSign1(untagged, SIGHTING), signer.key, verify)).toEqual(payload)
    expect(codeOf(() => parseSign1(theirs.encode(), SIGHTING))).toBe('malformed') // it writes the tag
  })

  it('signs a COSE_Sign whose slot we verify', async () => {
    const slot = ProtectedHeaders.from([
      [1, Algorithms.ES256],
      [4, kidOf(signer.key)],
    ] as never)
    const theirs = await Sign.sign(
      new Map([[3, ORDER]]) as never,
      new Map() as never,
      encodeCbor(payload),
      [{ key: privateKey, protectedHeaders: slot }],
    )
    const value: CborValue = oneSlot([
      encodeCbor(
        new Map<number, CborValue>([
          [1, -7],
          [4, kidOf(signer.key)],
        ]),
      ),
      new Map(),
      theirs.signatures[0]!.signature,
    ])
    const cose = parseCoseSign(value, ORDER)
    verifySlot(cose, cose.slots[0]!, signer.key, { verify })
    expect(encodeCoseSign(cose)).toEqual(value)
  })
})
