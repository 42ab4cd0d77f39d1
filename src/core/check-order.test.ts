import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  HOUR,
  T0,
  certificate,
  certify,
  newKey,
  otherHalf,
  signOrder,
} from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'

describe('A49, A50: who signs an order', () => {
  const t = T0 + 10
  const lockBy = (choose: (c: Country) => readonly ReturnType<typeof newKey>[]) => {
    const country = new Country()
    const order = country.order('lock', t)
    return codeOf(() => country.log('order', signOrder(order, choose(country)), t))
  }

  it.each<[string, Parameters<typeof lockBy>[0], string]>([
    ['force and two officers', (c) => [c.force, c.officers[0], c.officers[1]], 'accepted'],
    ['force and one officer', (c) => [c.force, c.officers[0]], 'signer-set'],
    ['one officer twice', (c) => [c.force, c.officers[0], c.officers[0]], 'signer-set'],
    ['two officers without the force', (c) => [c.officers[0], c.officers[1]], 'signer-set'],
    ['three officers', (c) => [c.officers[0], c.officers[1], c.officers[2]], 'signer-set'],
    ['the force last', (c) => [c.officers[0], c.officers[1], c.force], 'signer-set'],
    ['the issuing key', (c) => [c.issue, c.officers[0], c.officers[1]], 'signer-set'],
    ['the intake key', (c) => [c.intake, c.officers[0], c.officers[1]], 'signer-set'],
    ['the nation', (c) => [c.national, c.officers[0], c.officers[1]], 'signer-set'],
    ['a stranger as officer', (c) => [c.force, c.officers[0], newKey()], 'chain'],
    ['one signature more', (c) => [c.force, ...c.officers], 'signer-set'],
  ])('%s: %s', (_, choose, code) => {
    expect(lockBy(choose)).toBe(code)
  })

  it('one person with two keys is one person', () => {
    const country = new Country()
    const second = newKey()
    const cert = certificate({ sub: 'zz.force/officer-0', role: 'officer', key: second.key })
    country.log('certificate', certify(cert, [country.issue]), T0)
    const by = [country.force, country.officers[0], second]
    const code = codeOf(() => country.log('order', signOrder(country.order('lock', t), by), t))
    expect(code).toBe('signer-set')
  })

  it('officers of another force do not count', () => {
    const country = new Country()
    const [issue, other] = [newKey(), newKey()]
    const force = certificate({ sub: 'zz.other', role: 'force', key: issue.key }, { use: 'issue' })
    country.log('certificate', certify(force, [country.national]), T0)
    const cert = certificate({ sub: 'zz.other/o', role: 'officer', key: other.key })
    country.log('certificate', certify(cert, [issue]), T0)
    const by = [country.force, country.officers[0], other]
    const code = codeOf(() => country.log('order', signOrder(country.order('lock', t), by), t))
    expect(code).toBe('signer-set')
  })

  it('the owner signs with the key that the order opens', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    const order = country.order('release', t, { of: lock })
    const code = (by: readonly ReturnType<typeof newKey>[]) =>
      codeOf(() => country.log('order', signOrder(order, by), t))
    expect(code([country.force, newKey()])).toBe('signer-set')
    expect(code([country.force])).toBe('signer-set')
    expect(code([country.owner])).toBe('signer-set')
    expect(code([country.owner, country.force])).toBe('chain')
    expect(code([country.force, country.owner])).toBe('accepted')
  })

  it('names its first signer, and is unchanged since', () => {
    const country = new Country()
    const order = country.order('lock', t, { auth: 'zz' })
    const signed = signOrder(order, country.signers('lock'))
    expect(codeOf(() => country.log('order', signed, t))).toBe('fields')
    const good = signOrder(country.order('lock', t), country.signers('lock'))
    const changed = { ...good, payload: signOrder(country.order('lock', t), []).payload }
    expect(codeOf(() => country.log('order', changed, t))).toBe('signature')
  })

  it('A56: within its scope', () => {
    const country = new Country()
    const intake = newKey()
    const scope = { acts: ['release'] as const, country: 'ZZ', tacs: null }
    const cert = certificate({ sub: 'zz.force/i2', role: 'intake', key: intake.key }, { scope })
    country.log('certificate', certify(cert, [country.issue]), T0)
    const order = country.order('hold', t, { auth: 'zz.force/i2' })
    expect(codeOf(() => country.log('order', signOrder(order, [intake]), t))).toBe('scope')
  })

  it.each([
    [-1, 'window'],
    [0, 'accepted'],
    [DAY, 'accepted'],
    [DAY + 1, 'window'],
  ])('logged %i s after nbf: %s', (late, code) => {
    const country = new Country()
    const cose = signOrder(country.order('lock', t), country.signers('lock'))
    expect(codeOf(() => country.log('order', cose, t + late))).toBe(code)
  })
})

describe('A52, A53: caps', () => {
  it('of every name in the chain: the officers cannot spend more than the force has', () => {
    const country = new Country()
    const t = T0 + 10
    for (let i = 0; i < 100; i++) country.say('lock', t)
    expect(codeOf(() => country.say('lock', t))).toBe('cap-exceeded')
    expect(country.say('hold', t)).toBeGreaterThan(0)
    expect(codeOf(() => country.say('lock', t + HOUR - 1))).toBe('cap-exceeded')
    expect(country.say('lock', t + HOUR)).toBeGreaterThan(0)
  })

  it('A59: releases and finds are never capped', () => {
    const country = new Country()
    const t = T0 + 10
    const locks = Array.from({ length: 100 }, () => country.say('lock', t))
    for (const of of locks) country.say('found', t, { of })
    for (const of of locks) country.say('release', t, { of })
    expect(codeOf(() => country.say('lock', t))).toBe('cap-exceeded')
  })

  it('a certificate logged again does not bring back the cap of its day', () => {
    const country = new Country()
    const cert = { sub: 'zz.force', role: 'force', key: country.force.key } as const
    const high = certify(certificate(cert, { nbf: T0 }), [country.national])
    const caps = { hold: [1, 1], lock: [1, 1], retire: [1, 1] } as const
    const low = certify(certificate(cert, { caps }), [country.national])
    const t = T0 + 10
    country.log('certificate', high, t)
    country.say('lock', t)
    country.log('certificate', low, t)
    expect(codeOf(() => country.say('lock', t))).toBe('cap-exceeded')
    country.log('certificate', high, t)
    country.log('certificate', otherHalf(high), t)
    const later = t + 20 * DAY
    country.say('lock', later)
    expect(codeOf(() => country.say('lock', later))).toBe('cap-exceeded')
  })

  it('a new force waits seven days for its first lock', () => {
    const country = new Country()
    country.say('lock', T0 + 1)
    const t = T0 + 10
    const [issue, force, one, two] = [newKey(), newKey(), newKey(), newKey()]
    const of = (sub: string, role: 'force' | 'officer', { key }: typeof force) => ({
      sub,
      role,
      key,
    })
    const use = { use: 'issue' } as const
    country.log(
      'certificate',
      certify(certificate(of('zz.new', 'force', issue), use), [country.national]),
      t,
    )
    country.log(
      'certificate',
      certify(certificate(of('zz.new', 'force', force)), [country.national]),
      t,
    )
    for (const [i, signer] of [one, two].entries())
      country.log(
        'certificate',
        certify(certificate(of(`zz.new/${i}`, 'officer', signer)), [issue]),
        t,
      )
    const lock = (at: number) => {
      const order = country.order('lock', at, { auth: 'zz.new' })
      return codeOf(() => country.log('order', signOrder(order, [force, one, two]), at))
    }
    expect(lock(t + 2 * DAY)).toBe('cap-exceeded')
    expect(lock(t + 7 * DAY - 1)).toBe('cap-exceeded')
    expect(lock(t + 7 * DAY)).toBe('accepted')
  })
})
