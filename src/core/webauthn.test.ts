import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { concat, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { encodeSlot, parseSlot, slotBytes, verifySlot, type Slot } from './cose.ts'
import { kidOf } from './crypto.ts'
import { PASSKEY } from './webauthn.ts'

const ORDER = 'application/stolen-order+cbor'
const ORIGIN = 'https://police.example'
const key = newKey()
const payload = encodeCbor(new Map([[1, 'an order']]))
const hash = (data: Uint8Array | string) =>
  new Uint8Array(createHash('sha256').update(data).digest())

/** The protected header of a passkey slot, as trust lays it down. */
const header = encodeCbor(
  new Map<number, CborValue>([
    [1, -7],
    [2, [PASSKEY.marker]],
    [4, kidOf(key.key)],
    [PASSKEY.marker, 1],
  ]),
)
const challenge = Buffer.from(hash(slotBytes(ORDER, header, payload))).toString('base64url')
const clientData = (members: Record<string, unknown> = {}) =>
  JSON.stringify({
    type: 'webauthn.get',
    challenge,
    origin: ORIGIN,
    crossOrigin: false,
    ...members,
  })
const authData = (flags = 0x05, rpId = 'police.example') =>
  concat(hash(rpId), Uint8Array.of(flags, 0, 0, 0, 0))

/** What an authenticator makes of it: it signs whatever its browser tells it. */
function slotOf(json: string | Uint8Array = clientData(), authenticatorData = authData()): Slot {
  const clientDataJson = typeof json === 'string' ? utf8(json) : json
  const signature = key.sign(concat(authenticatorData, hash(clientDataJson)))
  return {
    protected: header,
    kid: kidOf(key.key),
    signature,
    assertion: { authenticatorData, clientDataJson },
  }
}

const parties = [
  { role: 'officer', rpId: 'police.example', origins: ['https://other.example'] },
  { role: 'officer', rpId: 'police.example', origins: [ORIGIN, 'https://desk.police.example'] },
]
const check = (slot: Slot, deviceBound = true, relyingParties = parties) =>
  codeOf(() => {
    const cose = { contentType: ORDER, payload, slots: [slot] } as const
    verifySlot(cose, parseSlot(decodeCbor(encodeCbor(encodeSlot(slot)))), key.key, {
      verify,
      relyingParties,
      deviceBound,
    })
  })

describe('a passkey signs an order, WebAuthn Level 2 §7.2', () => {
  it('verifies', () => {
    expect(check(slotOf())).toBe('accepted')
    expect(check(slotOf(clientData({ origin: 'https://desk.police.example' })))).toBe('accepted')
  })

  it('takes what browsers add at the end, and a missing crossOrigin', () => {
    const added = {
      other_keys_can_be_added_here: 'do not compare clientDataJSON against a template',
    }
    expect(check(slotOf(clientData(added)))).toBe('accepted')
    expect(check(slotOf(clientData({ name: 'Zoë 🗝' })))).toBe('accepted')
    expect(check(slotOf(JSON.stringify({ type: 'webauthn.get', challenge, origin: ORIGIN })))).toBe(
      'accepted',
    )
  })

  it('the counter is not ours to judge', () => {
    const data = concat(hash('police.example'), Uint8Array.of(0x05, 0, 0, 1, 7))
    expect(check(slotOf(clientData(), data))).toBe('accepted')
  })
})

describe('flags, §6.1', () => {
  it.each([
    ['nothing', 0x00, 'assertion', 'assertion'],
    ['present only', 0x01, 'assertion', 'assertion'],
    ['verified only', 0x04, 'assertion', 'assertion'],
    ['present and verified', 0x05, 'accepted', 'accepted'],
    ['backup eligible', 0x0d, 'assertion', 'accepted'],
    ['backed up', 0x1d, 'assertion', 'accepted'],
    ['backed up without being eligible', 0x15, 'assertion', 'assertion'],
    ['attested data', 0x45, 'assertion', 'assertion'],
    ['extensions', 0x85, 'assertion', 'assertion'],
  ])('%s: officer %s %s, owner %s', (_, flags, officer, owner) => {
    expect(check(slotOf(clientData(), authData(flags)), true)).toBe(officer)
    expect(check(slotOf(clientData(), authData(flags)), false)).toBe(owner)
  })
})

describe('A51: every deviation is refused', () => {
  const swapped = `{"challenge":"${challenge}","type":"webauthn.get","origin":"${ORIGIN}"}`
  const json = clientData()
  it.each<[string, Slot]>([
    ['another ceremony', slotOf(clientData({ type: 'webauthn.create' }))],
    ['another challenge', slotOf(clientData({ challenge: `${challenge.slice(0, -1)}_` }))],
    ['a padded challenge', slotOf(clientData({ challenge: `${challenge}=` }))],
    ['another origin', slotOf(clientData({ origin: 'https://police.example.evil' }))],
    ['an origin in plain text', slotOf(clientData({ origin: 'http://police.example' }))],
    ['a frame in another page', slotOf(clientData({ crossOrigin: true }))],
    ['crossOrigin as text', slotOf(clientData({ crossOrigin: 'false' }))],
    ['another order of members', slotOf(swapped)],
    ['the type said twice', slotOf(json.replace('}', ',"type":"webauthn.create"}'))],
    ['the challenge said twice', slotOf(json.replace('}', ',"challenge":"AAAA"}'))],
    ['crossOrigin said twice', slotOf(json.replace('}', ',"crossOrigin":true}'))],
    ['the origin said twice', slotOf(json.replace('}', ',"origin":"https://evil.example"}'))],
    [
      'crossOrigin later',
      slotOf(
        `{"type":"webauthn.get","challenge":"${challenge}","origin":"${ORIGIN}","x":1,"crossOrigin":true}`,
      ),
    ],
    ['cut off', slotOf(json.slice(0, -1))],
    ['cut off after a member', slotOf(json.replace('}', ',"x":'))],
    ['something behind', slotOf(`${json} {}`)],
    ['white space before', slotOf(` ${json}`)],
    ['a byte order mark', slotOf(concat(Uint8Array.of(0xef, 0xbb, 0xbf), utf8(json)))],
    ['nothing', slotOf('')],
    ['longer than 1 KiB', slotOf(clientData({ x: 'x'.repeat(1024) }))],
    ['another relying party', slotOf(json, authData(0x05, 'evil.example'))],
    ['36 bytes of authenticator data', slotOf(json, authData().slice(0, 36))],
    ['38 bytes of authenticator data', slotOf(json, concat(authData(), Uint8Array.of(0)))],
    [
      'a raw signature in a passkey slot',
      { ...slotOf(), signature: key.sign(slotBytes(ORDER, header, payload)) },
    ],
    [
      'a signature over other client data',
      { ...slotOf(clientData({ x: 1 })), assertion: slotOf().assertion },
    ],
  ])('%s', (_, slot) => {
    expect(check(slot)).toBe('assertion')
  })

  it('no relying party known for this role', () => {
    expect(check(slotOf(), true, [])).toBe('assertion')
  })

  it('an assertion about another order', () => {
    const slot = slotOf()
    const cose = { contentType: ORDER, payload: encodeCbor(2), slots: [slot] } as const
    const code = codeOf(() => verifySlot(cose, slot, key.key, { verify, relyingParties: parties }))
    expect(code).toBe('assertion')
  })
})

describe('the slot', () => {
  const encoded = (map: [number, CborValue][], open: [number, CborValue][]) =>
    codeOf(() => parseSlot([encodeCbor(new Map(map)), new Map(open), new Uint8Array(64)]))
  const kid = kidOf(key.key)
  const open: [number, CborValue][] = [
    [PASSKEY.authenticatorData, authData()],
    [PASSKEY.clientDataJson, utf8('{}')],
  ]

  it.each<[string, [number, CborValue][], [number, CborValue][], string]>([
    [
      'marker not critical',
      [
        [1, -7],
        [4, kid],
        [PASSKEY.marker, 1],
      ],
      open,
      'malformed',
    ],
    [
      'critical without marker',
      [
        [1, -7],
        [2, [PASSKEY.marker]],
        [4, kid],
      ],
      open,
      'malformed',
    ],
    [
      'marker of another value',
      [
        [1, -7],
        [2, [PASSKEY.marker]],
        [4, kid],
        [PASSKEY.marker, 2],
      ],
      open,
      'alg',
    ],
    [
      'no client data',
      [
        [1, -7],
        [2, [PASSKEY.marker]],
        [4, kid],
        [PASSKEY.marker, 1],
      ],
      open.slice(0, 1),
      'malformed',
    ],
    [
      'an assertion without a marker',
      [
        [1, -7],
        [4, kid],
      ],
      open,
      'malformed',
    ],
    [
      'one header more',
      [
        [1, -7],
        [2, [PASSKEY.marker]],
        [4, kid],
        [PASSKEY.marker, 1],
      ],
      [...open, [1, 1]],
      'malformed',
    ],
    [
      'as it should be',
      [
        [1, -7],
        [2, [PASSKEY.marker]],
        [4, kid],
        [PASSKEY.marker, 1],
      ],
      open,
      'accepted',
    ],
  ])('%s: %s', (_, map, unprotected, code) => {
    expect(encoded(map, unprotected)).toBe(code)
  })
})
