import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Country, HOUR, T0, bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import type { Signer } from './crypto.ts'
import { Refusal } from './refusal.ts'
import { checkResetTicket, signResetTicket, type ResetTicket } from './reset-ticket.ts'
import { sign1 } from './sign1.ts'

const country = new Country()
const [registry] = country.registry
const ticket: ResetTicket = {
  act: 'reset',
  dak: bytes(32, 1),
  nonce: bytes(32, 3),
  ctr: 4,
  exp: T0 + HOUR,
}
const expected = { ...ticket, now: T0 }

function code(
  said: Partial<ResetTicket> = {},
  knows: Partial<typeof expected> = {},
  by: Signer = registry,
) {
  const bytesOf = signResetTicket({ ...ticket, ...said }, by)
  return codeOf(() =>
    checkResetTicket(bytesOf, country.authorities, { ...expected, ...knows }, verify),
  )
}

describe('A03: what a phone takes a reset ticket for', () => {
  it('its own, for its own question, act and counter, in its time', () => {
    expect(code()).toBe('accepted')
    expect(code({}, { dak: bytes(32, 9) })).toBe('token-wrong-device')
    expect(code({}, { nonce: bytes(32, 9) })).toBe('token-nonce')
    expect(code({}, { act: 'unprotect' })).toBe('reset-refused')
    for (const ctr of [3, 5]) expect(code({}, { ctr })).toBe('replay')
    expect(code({}, { now: ticket.exp })).toBe('accepted')
    expect(code({}, { now: ticket.exp + 1 })).toBe('token-expired')
  })

  it('nobody but a registry signs one', () => {
    for (const by of [country.force, country.officers[0], country.intake, country.national])
      expect(code({}, {}, by)).toBe('signer-set')
    expect(code({}, {}, newKey())).toBe('chain')
  })

  it('no other document, and no other bytes', () => {
    const check = (document: Uint8Array) =>
      checkResetTicket(document, country.authorities, expected, verify)
    const good = signResetTicket(ticket, registry)
    expect(codeOf(() => check(sign1('application/stolen-owner+cbor', [1], registry)))).toBe(
      'malformed',
    )
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bent = Uint8Array.from(good) // a Buffer, whose slice is no copy
        bent[at]! ^= flip
        expect(() => check(bent)).toThrow(Refusal)
      }),
      { numRuns: 300 },
    )
  })
})
