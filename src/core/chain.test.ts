import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  T0,
  certificate,
  certify,
  fiveKeys,
  makeRoot,
  newKey,
  signOrder,
  signRoot,
  verify,
} from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { encodeCbor } from './cbor.ts'
import { certificateOf, certificatePayload, isWithin, type Certificate } from './certificate.ts'
import { authoritiesFrom, chainOf } from './chain.ts'
import { coseSign, type CoseSign } from './cose.ts'
import type { Signer } from './crypto.ts'
import { encodeDocument } from './entry.ts'
import { parseTac } from './imei.ts'
import { readRoot, rootPayload, stepRoot } from './root.ts'

const fresh = newKey()
type Who = Pick<Certificate, 'sub' | 'role'>

/** What a country says to one more certificate. */
function codeFor(
  who: Who,
  by: (country: Country) => readonly Signer[],
  changes: Partial<Certificate> = {},
) {
  const country = new Country()
  const cert = certificate({ ...who, key: newKey().key }, changes)
  return codeOf(() => country.authorities.check(certificateOf(certify(cert, by(country)))))
}
const byNation = ({ national }: Country) => [national]
const byForce = ({ issue }: Country) => [issue]
const officer: Who = { sub: 'zz.force/new', role: 'officer' }
const force: Who = { sub: 'zz.new', role: 'force' }
const acts = ['hold', 'lock', 'found', 'release', 'retire'] as const

describe('who certifies whom', () => {
  it.each<[Who, (country: Country) => readonly Signer[], string]>([
    [officer, byForce, 'accepted'],
    [{ sub: 'zz.force/in', role: 'intake' }, byForce, 'accepted'],
    [force, byNation, 'accepted'],
    [{ sub: 'zz.shop', role: 'repairer' }, byNation, 'accepted'],
    [{ sub: 'zz.net', role: 'operator' }, byNation, 'accepted'],
    [{ sub: 'zz.maker', role: 'maker' }, byNation, 'accepted'],
    [{ sub: 'zz.officer', role: 'officer' }, byNation, 'chain'],
    [{ sub: 'zz.force/shop', role: 'recycler' }, byForce, 'chain'],
    [{ sub: 'zz.force.sub', role: 'force' }, byForce, 'chain'],
  ])('%o', (who, by, code) => {
    expect(codeFor(who, by)).toBe(code)
  })

  it('a force certifies with its issuing key, never with the one that signs orders', () => {
    expect(codeFor(officer, ({ force: orders }) => [orders])).toBe('chain')
  })

  it('an officer certifies nobody', () => {
    const under = { sub: 'zz.force/officer-0/me', role: 'officer' } as const
    expect(codeFor(under, ({ officers }) => [officers[0]], { depth: 0 })).toBe('chain')
  })

  it('an unknown key, a wrong signature, two signers', () => {
    expect(codeFor(officer, () => [fresh])).toBe('chain')
    const country = new Country()
    const cose = certify(certificate({ ...officer, key: fresh.key }), [country.issue])
    const slot = { ...cose.slots[0]!, signature: new Uint8Array(64) }
    const forged = certificateOf({ ...cose, slots: [slot] })
    expect(codeOf(() => country.authorities.check(forged))).toBe('chain')
    expect(codeFor(officer, ({ issue }) => [issue, fresh])).toBe('signer-set')
  })
})

describe('a name stands below its issuer, by one label', () => {
  it.each([
    ['yy.force/x', 'name-outside'],
    ['zz.forcex', 'name-outside'],
    ['zz.force', 'name-outside'],
    ['zz.force/a/b', 'name-outside'],
    ['zz.force.a/b', 'name-outside'],
    ['zz.force.a', 'accepted'],
    ['zz', 'name-outside'],
  ])('%s: %s', (sub, code) => {
    expect(codeFor({ sub, role: 'officer' }, byForce, { iss: 'zz.force' })).toBe(code)
  })

  it('names its issuer', () => {
    expect(codeFor(officer, byForce, { iss: 'zz' })).toBe('chain')
    expect(codeFor(officer, byForce, { iss: 'root' })).toBe('chain')
  })

  it('a nation stands under the root, without a dot', () => {
    const byRoot = ({ rootKeys }: Country) => rootKeys.slice(0, 3)
    expect(codeFor({ sub: 'yy', role: 'national' }, byRoot)).toBe('accepted')
    expect(codeFor({ sub: 'yy.zz', role: 'national' }, byRoot, { iss: 'root' })).toBe(
      'name-outside',
    )
    expect(codeFor({ sub: 'yy', role: 'national' }, byRoot, { iss: 'zz' })).toBe('name-outside')
    expect(codeFor({ sub: 'yy', role: 'national' }, byNation)).toBe('root-threshold')
  })

  it.each(['', 'ZZ', 'zz..force', '.zz', 'zz.', 'zz force', 'zz/', 'z\u0301z', 'a'.repeat(64)])(
    'is no name: %j',
    (sub) => {
      const cert = { ...certificate({ ...officer, key: fresh.key }), sub, iss: 'zz' }
      const cose = coseSign('application/stolen-cert+cbor', certificatePayload(cert), [fresh])
      expect(codeOf(() => certificateOf(cose))).toBe('malformed')
    },
  )

  it('isWithin compares whole labels', () => {
    expect(isWithin('zz.force', 'zz')).toBe(true)
    expect(isWithin('zz/force', 'zz')).toBe(true)
    expect(isWithin('zz', 'zz')).toBe(true)
    expect(isWithin('zzz', 'zz')).toBe(false)
    expect(isWithin('zz', 'zz.force')).toBe(false)
  })
})

describe('a child has no more than its parent', () => {
  it.each<[string, Partial<Certificate>, string]>([
    ['the same depth', { depth: 2 }, 'chain'],
    ['another country', { scope: { acts, country: 'YY', tacs: null } }, 'scope'],
    ['a cap above', { caps: { lock: [101, 300] } }, 'scope'],
    ['a day cap above', { caps: { lock: [100, 301] } }, 'scope'],
    ['no cap at all', { caps: {} }, 'accepted'],
    ['a cap the parent has not', { caps: { found: [1, 1] } }, 'scope'],
    ['its own models', { scope: { acts, country: 'ZZ', tacs: [] } }, 'accepted'],
  ])('%s', (_, changes, code) => {
    expect(codeFor(officer, byForce, changes)).toBe(code)
  })

  it('acts and models within those of the issuer', () => {
    const country = new Country()
    const [tac, other] = [parseTac('00101701'), parseTac('00101799')]
    const narrow = { acts: ['lock'] as const, country: 'ZZ', tacs: [tac] }
    const issue = newKey()
    const parent = certificate({ ...force, key: issue.key }, { use: 'issue', scope: narrow })
    country.authorities.add(
      country.authorities.check(certificateOf(certify(parent, [country.national]))),
    )
    const child = (scope: Certificate['scope']) => {
      const cert = certificate({ sub: 'zz.new/o', role: 'officer', key: newKey().key }, { scope })
      return codeOf(() => country.authorities.check(certificateOf(certify(cert, [issue]))))
    }
    expect(child(narrow)).toBe('accepted')
    expect(child({ ...narrow, acts: [] })).toBe('accepted')
    expect(child({ ...narrow, acts: ['lock', 'found'] })).toBe('scope')
    expect(child({ ...narrow, tacs: null })).toBe('scope')
    expect(child({ ...narrow, tacs: [tac, other] })).toBe('scope')
  })
})

describe('one key stands for one name and one use', () => {
  it("another's key cannot be certified again, which would spoil his signatures", () => {
    const country = new Country()
    const [victim] = country.officers
    for (const who of [
      { sub: 'zz.force/thief', role: 'officer' },
      { sub: 'zz.force/officer-0', role: 'intake' },
    ] as const) {
      const cert = certificate({ ...who, key: victim.key })
      const signed = certificateOf(certify(cert, [country.issue]))
      expect(codeOf(() => country.authorities.check(signed))).toBe('chain')
    }
  })

  it("a force's issuing key is not its ordering key", () => {
    const country = new Country()
    const cert = certificate({ sub: 'zz.force', role: 'force', key: country.issue.key })
    const signed = certificateOf(certify(cert, [country.national]))
    expect(codeOf(() => country.authorities.check(signed))).toBe('chain')
  })

  it('a use belongs to a force and to nobody else', () => {
    const bare = certificate({ ...officer, key: fresh.key }, { use: 'order' })
    expect(codeOf(() => certificateOf(certify(bare, [fresh])))).toBe('malformed')
    const none = certificate({ ...force, key: fresh.key }, { use: null })
    expect(codeOf(() => certificateOf(certify(none, [fresh])))).toBe('malformed')
  })
})

describe('validity', () => {
  it('at most 400 days, and not backwards', () => {
    const code = (exp: number) =>
      codeOf(() =>
        certificateOf(
          certify(certificate({ ...officer, key: fresh.key }, { nbf: T0, exp }), [fresh]),
        ),
      )
    expect(code(T0 + 400 * DAY)).toBe('accepted')
    expect(code(T0 + 400 * DAY + 1)).toBe('cert-time')
    expect(code(T0)).toBe('cert-time')
  })

  it('at the time of the entry, of the whole chain, inclusive at both ends', () => {
    const country = new Country()
    const { kid } = country.authorities.named('zz.force/officer-0')[0]!
    const code = (seconds: number) =>
      codeOf(() => country.authorities.signer(kid, seconds * 1000, 0))
    expect(code(T0 - 61)).toBe('cert-time')
    expect(code(T0 - 60)).toBe('accepted')
    expect(code(T0 + 399 * DAY)).toBe('accepted')
    expect(code(T0 + 399 * DAY + 1)).toBe('cert-time')
    expect(codeOf(() => country.authorities.signer(new Uint8Array(8), T0 * 1000, 0))).toBe('chain')
  })

  it('renewed: the newest that is valid then', () => {
    const country = new Country()
    const [signer] = country.officers
    const renewed = certificate(
      { sub: 'zz.force/officer-0', role: 'officer', key: signer.key },
      { nbf: T0 + 10 * DAY, exp: T0 + 20 * DAY },
    )
    country.authorities.add(
      country.authorities.check(certificateOf(certify(renewed, [country.issue]))),
    )
    const { kid } = country.authorities.named('zz.force/officer-0')[0]!
    const exp = (day: number) =>
      country.authorities.signer(kid, (T0 + day * DAY) * 1000, 0).cert.exp
    expect([exp(1), exp(15), exp(30)]).toEqual([T0 + 399 * DAY, T0 + 20 * DAY, T0 + 399 * DAY])
  })
})

describe('waiting times, once orders flow', () => {
  /** A country past its founding. */
  const grown = () => {
    const country = new Country()
    country.say('lock', T0 + 1)
    return country
  }
  const usableFrom = (country: Country, who: Who, by: readonly Signer[], t: number) => {
    const applied = country.log(
      'certificate',
      certify(certificate({ ...who, key: newKey().key }), by),
      t,
    )
    return applied.kind === 'certificate' ? applied.link.usableFrom - t * 1000 : undefined
  }

  it('officer 24 hours, nation 30 days, others none', () => {
    const country = grown()
    const t = T0 + 2
    expect(usableFrom(country, officer, [country.issue], t)).toBe(DAY * 1000)
    const byRoot = country.rootKeys.slice(1, 4)
    expect(usableFrom(country, { sub: 'yy', role: 'national' }, byRoot, t)).toBe(30 * DAY * 1000)
    expect(
      usableFrom(country, { sub: 'zz.force/i2', role: 'intake' }, [country.issue], t),
    ).toBeLessThanOrEqual(0)
  })

  it('a new officer may sign after 24 hours, not a second earlier', () => {
    const country = grown()
    const approver = newKey()
    const cert = certificate({ ...officer, key: approver.key })
    country.log('certificate', certify(cert, [country.issue]), T0 + 10)
    const lock = (t: number) => {
      const order = country.order('lock', t)
      const by = [country.force, country.officers[0], approver]
      return codeOf(() => country.log('order', signOrder(order, by), t))
    }
    expect(lock(T0 + 10 + DAY - 1)).toBe('cert-time')
    expect(lock(T0 + 10 + DAY)).toBe('accepted')
  })

  it('a renewed key does not wait again', () => {
    const country = grown()
    const [signer] = country.officers
    const cert = certificate(
      { sub: 'zz.force/officer-0', role: 'officer', key: signer.key },
      { exp: T0 + 300 * DAY },
    )
    country.log('certificate', certify(cert, [country.issue]), T0 + 10)
    expect(country.say('lock', T0 + 11)).toBeGreaterThan(0)
  })

  it('an issuer that is no longer valid certifies nobody', () => {
    const country = grown()
    const cert = certificate({ ...officer, key: newKey().key })
    const t = T0 + 399 * DAY + 1
    const late = certify({ ...cert, nbf: t, exp: t + DAY }, [country.issue])
    expect(codeOf(() => country.log('certificate', late, t))).toBe('cert-time')
  })
})

describe('a chain out of a bundle', () => {
  it('root side first, or not at all', () => {
    const country = new Country()
    const signed = [...country.certificates()].map((cose) => certificateOf(cose))
    const authorities = authoritiesFrom(country.root, signed, verify)
    const link = authorities.named('zz.force/officer-1')[0]!
    expect(chainOf(link).map(({ cert }) => cert.sub)).toEqual([
      'zz.force/officer-1',
      'zz.force',
      'zz',
    ])
    expect(codeOf(() => authoritiesFrom(country.root, signed.toReversed(), verify))).toBe('chain')
    const stranger = makeRoot().root
    expect(codeOf(() => authoritiesFrom(stranger, signed, verify))).toBe('root-threshold')
  })
})

describe('A90: the root document', () => {
  const { root, keys } = makeRoot()
  const read = (cose: CoseSign) => codeOf(() => readRoot(encodeDocument(cose), verify))

  it('needs three different keys of its own', () => {
    expect(read(signRoot(root, keys.slice(0, 3)))).toBe('accepted')
    expect(read(signRoot(root, keys))).toBe('accepted')
    expect(read(signRoot(root, keys.slice(3)))).toBe('root-threshold')
    expect(read(signRoot(root, [keys[0]!, keys[0]!, keys[0]!, keys[1]!]))).toBe('root-threshold')
    expect(read(signRoot(root, [keys[0]!, keys[1]!, ...fiveKeys()]))).toBe('root-threshold')
    const cose = signRoot(root, keys.slice(0, 3))
    const zero = { ...cose.slots[0]!, signature: new Uint8Array(64) }
    expect(read({ ...cose, slots: [zero, ...cose.slots.slice(1)] })).toBe('root-threshold')
  })

  it('has five different keys and a threshold of at least three', () => {
    const twice = { ...root, keys: [root.keys[0]!, ...root.keys.slice(0, 4)] }
    expect(read(signRoot(twice, keys.slice(0, 3)))).toBe('root-threshold')
    for (const threshold of [0, 1, 2, 6])
      expect(read(signRoot({ ...root, threshold }, keys))).toBe('root-threshold')
    expect(read(signRoot({ ...root, keys: root.keys.slice(1) }, keys))).toBe('malformed')
  })

  it('goes up by one, signed by the old and by the new', () => {
    const nextKeys = [...keys.slice(0, 2), ...fiveKeys().slice(0, 3)]
    const next = makeRoot({ version: 2 }, nextKeys).root
    const step = (by: readonly Signer[], document = next) =>
      codeOf(() => stepRoot(root, signRoot(document, by), verify))
    expect(step([...keys.slice(0, 3), nextKeys[2]!])).toBe('accepted')
    expect(step(nextKeys)).toBe('root-threshold') // mix and match: new threshold, old not
    expect(step(keys)).toBe('root-threshold') // old threshold, new not
    expect(step([...keys.slice(0, 3), nextKeys[2]!], { ...next, version: 3 })).toBe('root-rollback')
    expect(step([...keys.slice(0, 3), nextKeys[2]!], { ...next, version: 2 ** 53 - 1 })).toBe(
      'root-rollback',
    )
  })

  it('never goes back', () => {
    const current = makeRoot({ version: 5 }, [...keys]).root
    const old = makeRoot({ version: 4 }, [...keys]).root
    expect(codeOf(() => stepRoot(current, signRoot(old, keys), verify))).toBe('root-rollback')
  })

  it('one version says one thing', () => {
    const same = signRoot(root, keys.slice(2))
    expect(stepRoot(root, same, verify)).toBe(root)
    expect(codeOf(() => stepRoot(root, signRoot(root, keys.slice(3)), verify))).toBe(
      'root-threshold',
    )
    const other = signRoot({ ...root, expires: root.expires + 1 }, keys)
    expect(codeOf(() => stepRoot(root, other, verify))).toBe('root-rollback')
  })

  it('expired, it stops what takes away and nothing else', () => {
    const country = new Country({ expires: T0 + 100 })
    const lock = country.say('lock', T0 + 100)
    expect(codeOf(() => country.say('lock', T0 + 101))).toBe('cert-time')
    expect(codeOf(() => country.say('hold', T0 + 101))).toBe('cert-time')
    expect(codeOf(() => country.say('retire', T0 + 101))).toBe('cert-time')
    country.say('found', T0 + 101, { of: lock })
    country.say('release', T0 + 101, { of: lock })
  })

  it('is bounded', () => {
    const long = encodeCbor(rootPayload({ ...root, guardedPolicy: 'x'.repeat(9_000) }))
    expect(long.length).toBeGreaterThan(8_192)
    expect(read(signRoot({ ...root, guardedPolicy: 'x'.repeat(9_000) }, keys))).toBe('malformed')
  })
})
