import { describe, expect, it } from 'vitest'
import { certificate, newKey } from '../../../test/law.ts'
import { codeOf } from '../../../test/vectors/outcome.ts'
import type { CertificateRequest } from '../../core/index.ts'
import { certificateOn, type Terms } from './issue.ts'

const NOW = 1_770_000_000
const { key } = newKey()
const nation = certificate({ sub: 'zz', role: 'national', key })
const issuing = certificate({ sub: 'zz.force', role: 'force', key }, { use: 'issue' })
const caps = { hold: [10, 20], lock: [10, 20], retire: [10, 20] } as const
const terms: Terms = { caps, days: 399 }
const asking = (sub: string, role: CertificateRequest['role']): CertificateRequest => ({
  sub,
  role,
  use: role === 'force' ? 'order' : null,
  key,
})
const codeFor = (...args: Parameters<typeof certificateOn>) => codeOf(() => certificateOn(...args))

describe('what an issuer gives', () => {
  it('a force has its caps said, each of them', () => {
    const force = asking('zz.met', 'force')
    expect(certificateOn(force, nation, terms, NOW)).toMatchObject({
      iss: 'zz',
      sub: 'zz.met',
      use: 'order',
      depth: 2,
      caps,
      scope: { country: 'ZZ', tacs: null },
      nbf: NOW - 3_600,
      exp: NOW + 399 * 86_400,
    })
    const { retire: _, ...some } = caps
    expect(codeFor(force, nation, { ...terms, caps: some }, NOW)).toBe('scope')
    expect(codeFor(force, nation, { ...terms, acts: ['lock'] }, NOW)).toBe('scope')
  })

  it('an officer gets what the force has, and an operator signs no order', () => {
    const officer = certificateOn(
      asking('zz.force/1', 'officer'),
      issuing,
      { caps: {}, days: 1 },
      NOW,
    )
    expect(officer).toMatchObject({ caps: issuing.caps, depth: 1, scope: issuing.scope })
    const operator = certificateOn(asking('zz.net', 'operator'), nation, { caps: {}, days: 1 }, NOW)
    expect(operator).toMatchObject({ caps: {}, scope: { acts: [] } })
  })

  it('never more than the issuer has, nor to whom he may not', () => {
    const more = { ...terms, caps: { ...caps, lock: [101, 300] as const } }
    expect(codeFor(asking('zz.met', 'force'), nation, more, NOW)).toBe('scope')
    expect(codeFor(asking('yy.met', 'force'), nation, terms, NOW)).toBe('name-outside')
    expect(codeFor(asking('zz.force/x', 'operator'), issuing, terms, NOW)).toBe('scope')
    expect(codeFor(asking('zz.x', 'officer'), nation, terms, NOW)).toBe('chain')
    const limited = { ...nation, scope: { ...nation.scope, tacs: ['00101701' as never] } }
    expect(codeFor(asking('zz.met', 'force'), limited, terms, NOW)).toBe('accepted')
    const other = { ...terms, tacs: ['00101702' as never] }
    expect(codeFor(asking('zz.met', 'force'), limited, other, NOW)).toBe('scope')
  })

  it('the root certifies nations, each with its country, and nobody else does', () => {
    const ask = asking('xa', 'national')
    expect(codeFor(ask, null, { ...terms, country: 'XA' }, NOW)).toBe('accepted')
    expect(codeFor(ask, null, terms, NOW)).toBe('scope')
    expect(codeFor(ask, nation, { ...terms, country: 'XA' }, NOW)).toBe('chain')
    expect(codeFor(asking('zz.met', 'force'), null, terms, NOW)).toBe('scope')
    expect(codeFor(asking('zz.met', 'force'), null, { ...terms, country: 'ZZ' }, NOW)).toBe('chain')
  })
})
