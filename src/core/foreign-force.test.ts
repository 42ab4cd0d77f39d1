import { describe, expect, it } from 'vitest'
import { Country, DAY, HOUR, T0, certificate, certify, newKey, signOrder } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { RAISED_CAP_DELAY } from './caps.ts'
import type { Certificate } from './certificate.ts'
import type { Signer } from './crypto.ts'

const SCOPE = { acts: ['hold', 'lock', 'found', 'release', 'retire'], tacs: null } as const

/** A force of country XB, certified in somebody else's log. */
class Abroad {
  readonly national = newKey()
  readonly issue = newKey()
  readonly force = newKey()
  readonly officers = [newKey(), newKey()] as const
  readonly #log: Country

  constructor(log: Country, lock: readonly [number, number], t = T0) {
    this.#log = log
    const by = log.rootKeys.slice(0, 3)
    this.certify('xb', 'national', this.national, by, t, { lock })
    this.certify('xb.force', 'force', this.issue, [this.national], t, { lock, use: 'issue' })
    this.certify('xb.force', 'force', this.force, [this.national], t, { lock })
    for (const [i, key] of this.officers.entries())
      this.certify(`xb.force/${i}`, 'officer', key, [this.issue], t, { lock })
  }

  /** Locks at `t`: the refusal, or `accepted`. */
  lock(t: number): string {
    const order = this.#log.order('lock', t, { auth: 'xb.force' })
    const signed = signOrder(order, [this.force, ...this.officers])
    return codeOf(() => this.#log.log('order', signed, t))
  }

  private certify(
    sub: string,
    role: Certificate['role'],
    { key }: Signer,
    by: readonly Signer[],
    t: number,
    { lock, ...changes }: { lock: readonly [number, number]; use?: 'issue' },
  ): void {
    const scope = { ...SCOPE, country: 'XB' }
    const cert = certificate({ sub, role, key }, { caps: { lock }, scope, ...changes })
    this.#log.log('certificate', certify(cert, by), t)
  }
}

describe("a force in another country's log", () => {
  it('has a tenth of its cap, rounded up, by the hour and by the day', () => {
    const force = new Abroad(new Country(), [15, 41])
    const t = T0 + 10
    expect([force.lock(t), force.lock(t), force.lock(t)]).toEqual([
      'accepted',
      'accepted',
      'cap-exceeded',
    ])
    const later = [1, 2, 3].flatMap((n) => [force.lock(t + n * HOUR), force.lock(t + n * HOUR)])
    // ⌈4.1⌉ a day: three more, the sixth of the day is one too many.
    expect(later).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'cap-exceeded',
      'cap-exceeded',
      'cap-exceeded',
    ])
  })

  it('cannot make up for it by its own registry coming later: the first one says whose log it is', () => {
    const country = new Country()
    const force = new Abroad(country, [10, 30])
    const scope = { ...SCOPE, country: 'XB' }
    const own = certificate(
      { sub: 'xb.registry', role: 'registry', key: newKey().key },
      { scope, caps: {} },
    )
    country.log('certificate', certify(own, [force.national]), T0)
    expect([force.lock(T0 + 10), force.lock(T0 + 10)]).toEqual(['accepted', 'cap-exceeded'])
  })

  it('takes nothing from the cap of those at home there', () => {
    const country = new Country()
    const force = new Abroad(country, [10, 30])
    force.lock(T0 + 10)
    for (let i = 0; i < 100; i++) country.say('lock', T0 + 10)
    expect(codeOf(() => country.say('lock', T0 + 10))).toBe('cap-exceeded')
  })

  it('whose country comes after the founding waits: 30 days for its authority, 7 for its cap', () => {
    const country = new Country()
    country.say('lock', T0 + 10)
    const force = new Abroad(country, [10, 30], T0 + 20)
    expect(force.lock(T0 + 20 + 29 * DAY)).toBe('cert-time')
    expect(force.lock(T0 + 20 + 30 * DAY)).toBe('accepted')
  })
})

it('A31: a higher cap is a public certificate, and counts once it is seven days old', () => {
  const country = new Country()
  const t = T0 + 10
  const lock = (at: number) => codeOf(() => country.say('lock', at))
  for (let i = 0; i < 100; i++) country.say('lock', t)
  expect(lock(t)).toBe('cap-exceeded')
  const caps = { lock: [5_000, 5_000] } as const
  const raise = (sub: string, role: Certificate['role'], { key }: Signer, by: readonly Signer[]) =>
    country.log('certificate', certify(certificate({ sub, role, key }, { caps }), by), t)
  raise('zz', 'national', country.national, country.rootKeys.slice(0, 3))
  raise('zz.force', 'force', country.force, [country.national])
  for (const [i, officer] of country.officers.entries()) {
    const use = { caps, use: 'issue' } as const
    if (i === 0)
      country.log(
        'certificate',
        certify(certificate({ sub: 'zz.force', role: 'force', key: country.issue.key }, use), [
          country.national,
        ]),
        t,
      )
    raise(`zz.force/officer-${i}`, 'officer', officer, [country.issue])
  }
  const counts = t + RAISED_CAP_DELAY / 1000
  for (let i = 0; i < 100; i++) country.say('lock', counts - 1)
  expect(lock(counts - 1)).toBe('cap-exceeded')
  expect(lock(counts)).toBe('accepted')
})

it('A56: an authority certifies for its own country only, under its own name, within its own cap', () => {
  const country = new Country()
  const t = T0 + 10
  const stranger = newKey()
  const logged = (changes: Partial<Certificate>, sub = 'zz.other') =>
    codeOf(() =>
      country.log(
        'certificate',
        certify(certificate({ sub, role: 'force', key: stranger.key }, changes), [
          country.national,
        ]),
        t,
      ),
    )
  expect(logged({ scope: { ...SCOPE, country: 'XB' } })).toBe('scope')
  expect(logged({ iss: 'zz' }, 'xb.force')).toBe('name-outside')
  expect(logged({ caps: { lock: [101, 300] } })).toBe('scope')
})
