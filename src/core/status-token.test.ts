import { describe, expect, it } from 'vitest'
import { Country, DAY, T0, bytes, certificate, certify, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { STATES } from './acts.ts'
import type { Signer } from './crypto.ts'
import {
  checkStatusToken,
  signStatusToken,
  type Expected,
  type StatusToken,
} from './status-token.ts'

const country = new Country()
const token: StatusToken = {
  dak: bytes(32, 1),
  state: 'protected',
  ctr: 4,
  treeSize: 100,
  root: bytes(32, 2),
  nonce: bytes(32, 3),
  exp: T0 + DAY,
}
const expected: Expected = { dak: token.dak, nonce: token.nonce, ctr: 4, treeSize: 100, now: T0 }

function code(
  said: Partial<StatusToken> = {},
  knows: Partial<Expected> = {},
  by: readonly Signer[] = country.registry,
) {
  const bytesOf = signStatusToken({ ...token, ...said }, by)
  const phone = { ...expected, ...knows }
  return codeOf(() => checkStatusToken(bytesOf, country.authorities, phone, verify))
}

describe('A09, A10, A11: what a phone takes a status token for', () => {
  it('lets a free phone be set up', () => {
    expect(code()).toBe('accepted')
    const encoded = signStatusToken(token, country.registry)
    expect(checkStatusToken(encoded, country.authorities, expected, verify)).toEqual(token)
  })

  it('not another phone, nor for another question', () => {
    expect(code({}, { dak: bytes(32, 9) })).toBe('token-wrong-device')
    expect(code({}, { nonce: bytes(32, 9) })).toBe('token-nonce')
  })

  it.each([
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'token-expired'],
  ])('%i s from its exp: %s', (seconds, wanted) => {
    expect(code({}, { now: token.exp + seconds })).toBe(wanted)
  })

  it('not from a registry that knows less than the phone', () => {
    expect(code({}, { ctr: 5 })).toBe('replay')
    expect(code({}, { ctr: 3 })).toBe('accepted')
    expect(code({}, { treeSize: 101 })).toBe('tree-went-back')
  })

  it.each(STATES)('state %s', (state) => {
    expect(code({ state })).toBe(state === 'protected' ? 'accepted' : 'activation-refused')
  })
})

describe('who signs it', () => {
  const [a, b] = country.registry

  it('two different keys of the registry', () => {
    expect(code({}, {}, [b, a])).toBe('accepted')
    expect(code({}, {}, [a])).toBe('signer-set')
    expect(code({}, {}, [a, a])).toBe('signer-set')
    expect(code({}, {}, [a, b, a])).toBe('signer-set')
    expect(code({}, {}, [a, country.force])).toBe('signer-set')
    expect(code({}, {}, [country.officers[0], country.officers[1]])).toBe('signer-set')
    expect(code({}, {}, [a, newKey()])).toBe('chain')
  })

  it('with certificates that are valid', () => {
    const [old, other] = [newKey(), newKey()]
    const cert = { sub: 'zz.old', role: 'registry', key: old.key } as const
    const short = certificate(cert, { exp: T0 + DAY - 1 })
    const fresh = new Country()
    fresh.log('certificate', certify(short, [fresh.national]), T0)
    const encoded = signStatusToken(token, [old, fresh.registry[0]])
    const check = () => checkStatusToken(encoded, fresh.authorities, expected, verify)
    expect(codeOf(check)).toBe('cert-time')
    const stranger = signStatusToken(token, [old, other])
    expect(codeOf(() => checkStatusToken(stranger, country.authorities, expected, verify))).toBe(
      'chain',
    )
  })

  it('signed, not merely named', () => {
    const forged = { key: b.key, sign: (message: Uint8Array) => newKey().sign(message) }
    expect(code({}, {}, [a, forged])).toBe('signature')
  })
})
