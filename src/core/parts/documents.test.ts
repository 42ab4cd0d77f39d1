import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  LOG,
  T0,
  bytes,
  certificate,
  certify,
  newKey,
  verify,
} from '../../../test/law.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import type { State } from '../acts.ts'
import { toHex } from '../bytes.ts'
import { encodeCbor } from '../cbor.ts'
import { coseSign, type ContentType } from '../cose.ts'
import { thumbprint, type Signer } from '../crypto.ts'
import { distrustPayload } from '../distrust.ts'
import { encodeDocument, parseDocument } from '../entry.ts'
import { BINDING_TYPE, bindingPayload, readBinding, type Binding } from './binding.ts'
import { carriedAuthorities } from './carried-authorities.ts'
import {
  RELEASE_TYPE,
  checkRelease,
  parseRelease,
  releasePayload,
  type ReleaseBasis,
} from './donor-release.ts'
import { parseOrigin } from './origin.ts'
import { checkPairingToken, signPairingToken } from './pairing-token.ts'
import { checkPartAnswer, partChallenge } from './part.ts'
import { checkNotOlder, readPartListHead, signPartListHead } from './part-list-head.ts'

const country = new Country()
const [phone, part, owner, thief] = [newKey(), newKey(), newKey(), newKey()]
const signed = (
  type: ContentType,
  payload: Parameters<typeof coseSign>[1],
  by: readonly Signer[],
) => encodeDocument(coseSign(type, payload, by))

describe('A17 the challenge', () => {
  const challenge = partChallenge(bytes(32, 1), thumbprint(phone.key))
  const code = (by: Signer, over = challenge, key = part.key) =>
    codeOf(() => checkPartAnswer({ key, signature: by.sign(over) }, challenge, verify))

  it('is passed by the part’s own key, over this nonce and for this phone', () => {
    expect(code(part)).toBe('accepted')
    expect(code(thief)).toBe('part-signature')
    expect(code(part, partChallenge(bytes(32, 2), thumbprint(phone.key)))).toBe('part-signature')
    expect(code(part, partChallenge(bytes(32, 1), thumbprint(thief.key)))).toBe('part-signature')
    expect(codeOf(() => checkPartAnswer(null, challenge, verify))).toBe('part-signature')
  })
})

describe('A17 a binding', () => {
  const said: Binding = {
    part: thumbprint(part.key),
    type: 'display',
    dak: thumbprint(phone.key),
    previous: null,
    nonce: bytes(32, 3),
  }
  const keys = { host: phone.key, part: part.key }
  const code = (changes: Partial<Binding>, by: readonly Signer[] = [phone, part]) =>
    codeOf(() => {
      const document = signed(BINDING_TYPE, bindingPayload({ ...said, ...changes }), by)
      readBinding(document, keys, verify)
    })

  it('is signed by the phone, then by the part, and names both', () => {
    expect(code({})).toBe('accepted')
    expect(code({ previous: bytes(32, 9) })).toBe('accepted')
    expect(code({ part: thumbprint(thief.key) })).toBe('part-signature')
    expect(code({ dak: thumbprint(thief.key) })).toBe('part-signature')
    for (const by of [[phone], [part, phone], [phone, thief], [thief, part], [phone, part, part]])
      expect(code({}, by)).toBe('part-signature')
  })

  it('has one hash, however it is signed', () => {
    const read = () =>
      readBinding(signed(BINDING_TYPE, bindingPayload(said), [phone, part]), keys, verify)
    expect(read().hash).toEqual(read().hash)
  })

  it('with any byte changed is refused, and never otherwise than by a refusal', () => {
    const whole = signed(BINDING_TYPE, bindingPayload(said), [phone, part])
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const bent = whole.map((byte, i) => (i === at ? byte ^ bits : byte))
        expect(codeOf(() => readBinding(bent, keys, verify))).not.toBe('accepted')
      }),
      { numRuns: 100 },
    )
  })
})

describe('A29 a donor release', () => {
  const repairer = newKey()
  const expired = newKey()
  const signer = (key: Signer) =>
    ({
      sub: `zz.shop-${toHex(thumbprint(key.key)).slice(0, 4)}`,
      role: 'repairer',
      key: key.key,
    }) as const
  country.log('certificate', certify(certificate(signer(repairer)), [country.national]), T0)
  country.log(
    'certificate',
    certify(certificate(signer(expired), { exp: T0 + DAY }), [country.national]),
    T0,
  )
  const parts = [{ part: bytes(32, 1), binding: bytes(32, 2) }]

  function code(
    basis: ReleaseBasis,
    by: readonly Signer[],
    state: State = 'protected',
    hasOwner = true,
  ) {
    const payload = releasePayload({ donor: thumbprint(phone.key), basis, parts })
    return codeOf(() =>
      checkRelease(parseRelease(signed(RELEASE_TYPE, payload, by)), {
        phone: { dak: phone.key, owner: hasOwner ? owner.key : null, state },
        authorities: country.authorities,
        t: (T0 + 2 * DAY) * 1000,
        index: country.ledger.size,
        verify,
      }),
    )
  }

  it('is signed by the phone and its owner', () => {
    expect(code('donor', [phone, owner])).toBe('accepted')
    expect(code('donor', [phone, thief])).toBe('owner-key')
    expect(code('donor', [thief, owner])).toBe('signer-set')
    expect(code('donor', [owner, phone])).toBe('signer-set')
    expect(code('donor', [owner])).toBe('signer-set')
    expect(code('donor', [phone, owner], 'protected', false)).toBe('owner-key')
  })

  it('of a dead board by the owner and a certified repairer or recycler', () => {
    expect(code('deadBoard', [owner, repairer])).toBe('accepted')
    expect(code('deadBoard', [owner, country.recycler])).toBe('accepted')
    expect(code('deadBoard', [thief, repairer])).toBe('owner-key')
    expect(code('deadBoard', [owner, thief])).toBe('chain')
    expect(code('deadBoard', [owner, expired])).toBe('cert-time')
    expect(code('deadBoard', [owner, country.force])).toBe('signer-set')
    expect(code('deadBoard', [owner, country.registry[0]])).toBe('signer-set')
  })

  it('of a retired phone by the owner alone, and of no other phone', () => {
    expect(code('retired', [owner], 'retired')).toBe('accepted')
    expect(code('retired', [thief], 'retired')).toBe('owner-key')
    expect(code('retired', [owner])).toBe('wrong-state')
  })

  it('A94 by no maker', () => {
    const maker = newKey()
    const sub = { sub: 'zz.maker', role: 'maker', key: maker.key } as const
    country.log('certificate', certify(certificate(sub), [country.national]), T0)
    expect(code('deadBoard', [owner, maker])).toBe('signer-set')
    expect(code('donor', [phone, maker])).toBe('owner-key')
  })
})

describe('A10 a pairing token', () => {
  const token = {
    binding: bytes(32, 1),
    part: bytes(32, 2),
    dak: bytes(32, 3),
    treeSize: 100,
    root: bytes(32, 4),
    nonce: bytes(32, 5),
    exp: T0 + DAY,
  }
  const code = (said: Partial<typeof token>, by: Signer = country.registry[0]) =>
    codeOf(() => {
      const { dak, part: of, nonce } = token
      const expected = { dak, part: of, nonce, treeSize: 100, now: T0 }
      checkPairingToken(
        signPairingToken({ ...token, ...said }, by),
        country.authorities,
        expected,
        verify,
      )
    })

  it.each([
    [{}, 'accepted'],
    [{ dak: bytes(32, 9) }, 'token-wrong-device'],
    [{ nonce: bytes(32, 9) }, 'token-nonce'],
    [{ part: bytes(32, 9) }, 'token-nonce'],
    [{ exp: T0 - 1 }, 'token-expired'],
    [{ treeSize: 99 }, 'tree-went-back'],
  ])('%j: %s', (said, expected) => {
    expect(code(said)).toBe(expected)
  })

  it('is signed by a registry, and by nobody else', () => {
    expect(code({}, country.force)).toBe('signer-set')
    expect(code({}, thief)).toBe('chain')
  })
})

describe('the head of a list', () => {
  const head = { log: LOG, treeSize: 7, root: bytes(32, 1), hash: bytes(32, 2) }

  it('is signed by a registry, and read back', () => {
    const read = (by: Signer) =>
      readPartListHead(signPartListHead(head, by), country.authorities, T0, verify)
    expect(read(country.registry[0])).toEqual(head)
    expect(codeOf(() => read(country.force))).toBe('signer-set')
  })

  it('never makes a phone go back', () => {
    const code = (treeSize: number, hash = head.hash) =>
      codeOf(() => checkNotOlder({ ...head, treeSize, hash }, head))
    expect([code(8), code(7), code(6), code(7, bytes(32, 3))]).toEqual([
      'accepted',
      'accepted',
      'tree-went-back',
      'tree-went-back',
    ])
  })
})

it('A94 a phone carries makers, void ones as void, and nobody else whose key is void', () => {
  const own = new Country()
  const [maker, batch] = [newKey(), newKey()]
  const of = (sub: string, { key }: Signer) => ({ sub, role: 'maker', key }) as const
  own.log('certificate', certify(certificate(of('zz.maker', maker)), [own.national]), T0)
  const under = certificate(of('zz.maker/b-1', batch), { depth: 0 })
  own.log('certificate', certify(under, [maker]), T0)
  const carried = (index: number) =>
    carriedAuthorities(own.authorities, T0 * 1000, index).map(({ sub, isVoid }) => [sub, isVoid])
  const before = own.ledger.size
  const all = ['zz', 'zz.force', 'zz.maker', 'zz.maker/b-1', 'zz.recycler']
  expect(carried(before)).toEqual(all.map((sub) => [sub, false]))
  const stop = (key: Signer, by: Signer) => {
    const record = { key: thumbprint(key.key), from: before, reason: 1, kept: [], log: LOG }
    own.log(
      'distrust',
      coseSign('application/stolen-distrust+cbor', distrustPayload(record), [by]),
      T0,
    )
  }
  stop(batch, maker)
  stop(own.recycler, own.national)
  expect(carried(own.ledger.size)).toEqual([
    ['zz', false],
    ['zz.force', false],
    ['zz.maker', false],
    ['zz.maker/b-1', true],
  ])
  expect(carried(before - 1)).toContainEqual(['zz.maker/b-1', false])
})

it('A92 hostile bytes end in a refusal', () => {
  const parsers = [
    (input: Uint8Array) => parseOrigin(input),
    (input: Uint8Array) => parseRelease(input),
    (input: Uint8Array) => parseDocument(input, BINDING_TYPE),
  ]
  const items = fc.oneof(fc.nat(3), fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 4 }))
  const shapes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(items, { maxLength: 6 }).map((list) => encodeCbor(list)),
  )
  fc.assert(
    fc.property(shapes, (input) => {
      for (const parse of parsers) codeOf(() => parse(input))
    }),
    { numRuns: 500 },
  )
})
