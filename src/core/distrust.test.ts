import { describe, expect, it } from 'vitest'
import { Country, DAY, LOG, T0, certificate, certify, newKey, signOrder } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { authorityListPayload, type AuthorityList } from './authority-list.ts'
import { coseSign } from './cose.ts'
import { sha256, thumbprint, type Signer } from './crypto.ts'
import { distrustPayload, parseDistrust, type Distrust } from './distrust.ts'
import { encodeCbor } from './cbor.ts'
import { RELEASED_TO } from './order.ts'

const t = T0 + 10

function distrust(country: Country, by: readonly Signer[], changes: Partial<Distrust> = {}) {
  const record: Distrust = {
    key: thumbprint(country.force.key),
    from: 0,
    reason: 1,
    kept: [],
    log: LOG,
    ...changes,
  }
  const body = coseSign('application/stolen-distrust+cbor', distrustPayload(record), by)
  return country.log('distrust', body, t)
}

function list(
  country: Country,
  changes: Partial<AuthorityList>,
  by = country.rootKeys.slice(0, 3),
) {
  const whole: AuthorityList = {
    version: 1,
    from: country.ledger.size,
    log: LOG,
    authorities: [],
    ...changes,
  }
  return country.log(
    'list',
    coseSign('application/stolen-list+cbor', authorityListPayload(whole), by),
    t,
  )
}

/** The certificate of this name as a list names it. */
function row(country: Country, sub: string, at = 0) {
  const link = country.authorities.named(sub)[at]!
  return { sub, certificate: sha256(link.cose.payload) }
}

describe('A52 a stolen key is void from a leaf on', () => {
  it('orders from there on count for nothing, those before stand', () => {
    const country = new Country()
    const before = country.say('lock', t)
    const after = country.say('lock', t)
    expect(distrust(country, [country.national], { from: after })).toMatchObject({
      kind: 'distrust',
      changed: [after],
    })
    expect([before, after].map((index) => country.ledger.isVoid(index))).toEqual([false, true])
    expect(codeOf(() => country.say('lock', t))).toBe('distrusted')
  })

  it('and void orders use up no cap', () => {
    const country = new Country()
    const first = country.say('lock', t)
    for (let i = 1; i < 100; i++) country.say('lock', t)
    expect(codeOf(() => country.say('lock', t))).toBe('cap-exceeded')
    const order = newKey()
    const renewed = certificate({ sub: 'zz.force', role: 'force', key: order.key })
    country.log('certificate', certify(renewed, [country.national]), t)
    distrust(country, [country.national], { from: first + 50 })
    const signers = [order, ...country.officers.slice(0, 2)]
    const lock = country.order('lock', t)
    expect(codeOf(() => country.log('order', signOrder(lock, signers), t))).toBe('accepted')
  })

  it('orders that an ancestor has confirmed stay in force', () => {
    const country = new Country()
    const locks = [country.say('lock', t), country.say('lock', t), country.say('lock', t)]
    const kept = [locks[0]!, locks[2]!]
    expect(distrust(country, [country.national], { from: locks[0]!, kept })).toMatchObject({
      changed: [locks[1]],
    })
    // What was confirmed once stays so when the record is repeated from an earlier leaf.
    distrust(country, [country.national], { from: 0 })
    expect(locks.map((index) => country.ledger.isVoid(index))).toEqual([false, true, false])
  })

  it('everything below the key falls with it: officers certified by a stolen issuing key', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    expect(
      distrust(country, [country.national], { key: thumbprint(country.issue.key), from: lock }),
    ).toMatchObject({ changed: [lock] })
    const late = newKey()
    const cert = certificate({ sub: 'zz.force/late', role: 'officer', key: late.key })
    expect(codeOf(() => country.log('certificate', certify(cert, [country.issue]), t))).toBe(
      'distrusted',
    )
  })

  it('by an ancestor or the root, and by nobody else', () => {
    const country = new Country()
    const code = (by: readonly Signer[], key = country.force.key) =>
      codeOf(() => distrust(country, by, { key: thumbprint(key), from: country.ledger.size }))
    expect(code([country.issue])).toBe('signer-set') // the same force: not above it
    expect(code([country.officers[0]])).toBe('signer-set')
    expect(code([country.intake])).toBe('signer-set')
    expect(code([newKey()])).toBe('chain')
    expect(code(country.rootKeys.slice(0, 2))).toBe('root-threshold')
    expect(code([country.national], newKey().key)).toBe('chain')
    expect(code([country.force], country.officers[0].key)).toBe('signer-set') // it orders only
    expect(code([country.issue], country.officers[0].key)).toBe('accepted')
    expect(code(country.rootKeys.slice(0, 3))).toBe('accepted')
  })

  it('a lock that was void is undone on phones as an error, by an ancestor and the owner', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    distrust(country, [country.national], { from: lock })
    const say = (auth: string, signers: readonly Signer[], to: number) => {
      const order = { ...country.order('release', t, { of: lock, to }), auth }
      return codeOf(() => country.log('order', signOrder(order, signers), t))
    }
    const { issuedInError, returned } = RELEASED_TO
    expect(say('zz.force', [country.force, country.owner], issuedInError)).toBe('distrusted')
    expect(say('zz', [country.national, country.owner], returned)).toBe('of-mismatch')
    expect(say('zz', [country.national, country.owner], issuedInError)).toBe('accepted')
  })

  it('a release that was void leaves the lock in force, and it can be released again', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    const release = country.say('release', t, { of: lock })
    distrust(country, [country.national], { from: release })
    expect(country.ledger.standing(lock)).toMatchObject({ isClosed: false })
    expect(country.ledger.isReopened(lock)).toBe(true)
    const order = { ...country.order('release', t, { of: lock, ctr: 9 }), auth: 'zz' }
    const signers = [country.national, country.owner]
    expect(codeOf(() => country.log('order', signOrder(order, signers), t))).toBe('accepted')
  })

  it('for this log: written for another it stops nobody here, whoever carries it over', () => {
    const country = new Country()
    const log = 'log.other.example/stolen-mode'
    expect(codeOf(() => distrust(country, [country.national], { log }))).toBe('log-unknown')
    expect(codeOf(() => list(country, { log }))).toBe('log-unknown')
    expect(codeOf(() => country.say('lock', t))).toBe('accepted')
  })

  it('a record is read strictly', () => {
    const spelled = (changes: Partial<Record<number, unknown>>) => {
      const good: [number, unknown][] = [
        [1, new Uint8Array(32)],
        [2, 7],
        [3, 1],
        [4, [7, 9]],
        [5, LOG],
      ]
      const map = new Map(good.map(([key, value]) => [key, key in changes ? changes[key] : value]))
      return codeOf(() => parseDistrust(encodeCbor(map as never)))
    }
    expect(spelled({})).toBe('accepted')
    expect(spelled({ 4: null })).toBe('accepted')
    for (const kept of [[], [9, 7], [7, 7], [6], [-1], 'all'])
      expect(spelled({ 4: kept })).toBe('malformed')
    expect(spelled({ 3: 0 })).toBe('malformed')
    expect(spelled({ 1: new Uint8Array(8) })).toBe('malformed')
  })
})

describe('the authority list', () => {
  it('suspends a key, and takes it back: what it signed in between stays void', () => {
    const country = new Country()
    const first = country.say('lock', t)
    const second = country.say('lock', t)
    const force = row(country, 'zz.force', 1)
    list(country, { authorities: [{ ...force, standing: 'suspended', index: second }] })
    expect(codeOf(() => country.say('lock', t))).toBe('distrusted')
    expect(
      list(country, {
        version: 2,
        authorities: [{ ...force, standing: 'active', index: country.ledger.size }],
      }),
    ).toMatchObject({ changed: [] })
    expect([first, second].map((index) => country.ledger.isVoid(index))).toEqual([false, true])
    expect(codeOf(() => country.say('lock', t))).toBe('accepted')
    // A suspension found to be wrong from its beginning gives back what it took.
    expect(
      list(country, { version: 3, authorities: [{ ...force, standing: 'active', index: second }] }),
    ).toMatchObject({ changed: [second] })
  })

  it('distrusts for good', () => {
    const country = new Country()
    const nation = row(country, 'zz')
    list(country, { authorities: [{ ...nation, standing: 'distrusted', index: 0 }] })
    list(country, { version: 2, authorities: [{ ...nation, standing: 'active', index: 0 }] })
    expect(codeOf(() => country.say('lock', t))).toBe('distrusted')
  })

  it('rises by one, is signed by three root keys, and names what is in this log', () => {
    const country = new Country()
    const size = country.ledger.size
    const code = (changes: Partial<AuthorityList>, by = country.rootKeys.slice(0, 3)) =>
      codeOf(() => list(country, changes, by))
    expect(code({ version: 2 })).toBe('root-rollback')
    expect(code({}, country.rootKeys.slice(0, 2))).toBe('root-threshold')
    expect(code({}, [country.rootKeys[0]!, country.rootKeys[0]!, country.rootKeys[0]!])).toBe(
      'root-threshold',
    )
    expect(code({ from: size + 1 })).toBe('malformed')
    const active = { standing: 'active', index: 0 } as const
    const stranger = { sub: 'zz', certificate: new Uint8Array(32), ...active }
    expect(code({ authorities: [stranger] })).toBe('chain')
    expect(code({ authorities: [{ ...row(country, 'zz.force'), ...active, sub: 'zz' }] })).toBe(
      'chain',
    )
    expect(country.ledger.listVersion).toBe(0)
    expect(code({ authorities: [{ ...row(country, 'zz'), ...active }] })).toBe('accepted')
    expect(code({})).toBe('root-rollback')
    expect(code({ version: 2 })).toBe('accepted')
  })

  it('the rules outlive a year: a distrust record is not bound to a window', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    const body = coseSign(
      'application/stolen-distrust+cbor',
      distrustPayload({
        key: thumbprint(country.force.key),
        from: lock,
        reason: 1,
        kept: [],
        log: LOG,
      }),
      [country.national],
    )
    expect(codeOf(() => country.log('distrust', body, T0 + 300 * DAY))).toBe('accepted')
  })
})
