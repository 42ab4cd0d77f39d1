import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  HOUR,
  LOG,
  T0,
  bytes,
  certificate,
  certify,
  newKey,
  otherHalf,
} from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { encodeCbor } from './cbor.ts'
import { pairCommitment, type Pair } from './commitment.ts'
import { coseSign, encodeCoseSign, type CoseSign } from './cose.ts'
import { thumbprint, type Signer } from './crypto.ts'
import { distrustPayload } from './distrust.ts'
import {
  checkIdentityOpening,
  encodeIdentityOpening,
  parseIdentityOpening,
} from './identity-opening.ts'
import {
  MAX_PAIR_SECONDS,
  identityPayload,
  parseIdentityRecord,
  type IdentityRecord,
  type IdentityType,
} from './identity-record.ts'
import { parseImei14 } from './imei.ts'
import { Refusal } from './refusal.ts'

const t = T0 + 10
const IMEI14 = parseImei14('00101701000001')
const IMSI = '001010000000001'

/** A country with identity records; each has a salt of its own. */
class Case {
  readonly country = new Country()
  #salts = 0

  signers(type: IdentityType, of: IdentityType = 'pair'): readonly Signer[] {
    const { registry, force, officers } = this.country
    if (type === 'conflict' || (type === 'end' && of === 'conflict')) return [registry[0]]
    return type === 'pair' ? [force, officers[0], officers[1]] : [force, officers[2]]
  }

  body(
    type: IdentityType,
    changes: Partial<IdentityRecord> = {},
    by = this.signers(type),
  ): CoseSign {
    const pair: Pair = { imei14: IMEI14, imsi: type === 'pair' ? IMSI : null }
    const record: IdentityRecord = {
      type,
      com: pairCommitment(bytes(32, ++this.#salts), pair),
      exp: type === 'pair' ? t + 100 * DAY : null,
      of: null,
      log: LOG,
      ...changes,
    }
    return coseSign('application/stolen-identity+cbor', identityPayload(record), by)
  }

  log(body: CoseSign, at = t) {
    return this.country.log('identity', body, at)
  }

  /** Logs a conflict or pair; gives its leaf. */
  say(type: 'conflict' | 'pair', at = t, changes: Partial<IdentityRecord> = {}): number {
    return this.log(this.body(type, changes), at).index
  }

  /** What ends the record at `of`, as it should be. */
  end(of: number, changes: Partial<IdentityRecord> = {}, by?: readonly Signer[]): CoseSign {
    const { record } = this.country.ledger.identity(of)!
    return this.body(
      'end',
      { of, com: record.com, ...changes },
      by ?? this.signers('end', record.type),
    )
  }

  code(body: CoseSign, at = t): string {
    return codeOf(() => this.log(body, at))
  }

  stands(index: number): boolean {
    return this.country.ledger.identity(index) !== undefined
  }

  distrust(key: Signer, from: number, by: Signer, kept: readonly number[] = []) {
    const record = { key: thumbprint(key.key), from, reason: 1, kept, log: LOG }
    const body = coseSign('application/stolen-distrust+cbor', distrustPayload(record), [by])
    return this.country.log('distrust', body, t)
  }
}

describe('a number in conflict', () => {
  it('is said by a registry, stands, and is ended by a registry of its nation', () => {
    const one = new Case()
    const { registry } = one.country
    const index = one.say('conflict')
    expect(one.stands(index)).toBe(true)
    expect(one.code(one.end(index, {}, [registry[1]]))).toBe('accepted')
    expect(one.stands(index)).toBe(false)
  })

  it('and by nobody else', () => {
    const one = new Case()
    const { registry, force, officers, national, intake } = one.country
    for (const by of [[force], [national], [intake], [registry[0], registry[1]]])
      expect(one.code(one.body('conflict', {}, by))).toBe('signer-set')
    expect(one.code(one.body('conflict', {}, [newKey()]))).toBe('chain')
    const index = one.say('conflict')
    for (const by of [[force], [force, officers[0]], [national]])
      expect(one.code(one.end(index, {}, by))).toBe('signer-set')
  })

  it('of another nation may not end it', () => {
    const one = new Case()
    const { country } = one
    const [nation, theirs] = [newKey(), newKey()]
    const other = certificate({ sub: 'yy', role: 'national', key: nation.key })
    country.log('certificate', certify(other, country.rootKeys.slice(0, 3)), T0)
    const registry = certificate({ sub: 'yy.registry', role: 'registry', key: theirs.key })
    country.log('certificate', certify(registry, [nation]), T0)
    expect(one.code(one.end(one.say('conflict'), {}, [theirs]))).toBe('signer-set')
  })
})

describe('A45 an honest pair', () => {
  it('is said by a force and two of its officers, at a counter', () => {
    const one = new Case()
    expect(one.stands(one.say('pair'))).toBe(true)
    const { force, officers, issue, registry, national } = one.country
    for (const by of [
      [force, officers[0]],
      [force, officers[0], officers[0]],
      [officers[0], officers[1], force],
      [issue, officers[0], officers[1]],
      [national, officers[0], officers[1]],
      [registry[0], officers[0], officers[1]],
      [force, officers[0], registry[0]],
    ])
      expect(one.code(one.body('pair', {}, by))).toBe('signer-set')
  })

  it('A89 has an end, at most 400 days away', () => {
    const one = new Case()
    expect(one.code(one.body('pair', { exp: t + MAX_PAIR_SECONDS }))).toBe('accepted')
    expect(one.code(one.body('pair', { exp: t + MAX_PAIR_SECONDS + 1 }))).toBe('window')
    expect(one.code(one.body('pair', { exp: t }))).toBe('window')
    expect(one.code(one.body('pair', { exp: t - DAY }))).toBe('window')
    expect(one.code(one.body('pair', { exp: null }))).toBe('fields')
  })

  it('is ended by an officer of its force, or by the nation above it, and not twice', () => {
    const one = new Case()
    const { force, officers, national } = one.country
    for (const by of [
      [force, officers[2]],
      [national, officers[0]],
    ]) {
      const index = one.say('pair')
      const again = one.end(index, { log: LOG }, [force, officers[1]])
      const end = one.end(index, {}, by)
      expect(one.code(end)).toBe('accepted')
      expect(one.stands(index)).toBe(false)
      // The same words again are no news, by whomever they are signed.
      expect(one.log(again)).toMatchObject({ kind: 'repeat' })
    }
    const index = one.say('pair')
    expect(one.code(one.end(index, {}, [force]))).toBe('signer-set')
    expect(one.code(one.end(index, {}, [one.country.registry[0]]))).toBe('signer-set')
  })

  it('of one force is not ended by another', () => {
    const one = new Case()
    const { country } = one
    const [force, issue, officer] = [newKey(), newKey(), newKey()]
    for (const [key, use] of [
      [issue, 'issue'],
      [force, 'order'],
    ] as const) {
      const cert = certificate({ sub: 'zz.other', role: 'force', key: key.key }, { use })
      country.log('certificate', certify(cert, [country.national]), T0)
    }
    const cert = certificate({ sub: 'zz.other/one', role: 'officer', key: officer.key })
    country.log('certificate', certify(cert, [issue]), T0)
    expect(one.code(one.end(one.say('pair'), {}, [force, officer]))).toBe('signer-set')
  })

  it('that is over by itself needs no end', () => {
    const one = new Case()
    const index = one.say('pair', t, { exp: t + DAY })
    expect(one.code(one.end(index), t + DAY + 1)).toBe('of-mismatch')
    expect(one.code(one.end(index), t + DAY)).toBe('accepted')
  })

  it('A52 A53 uses up a cap of its own, in every name of the chain', () => {
    const one = new Case()
    for (let i = 0; i < 100; i++) one.say('pair')
    expect(one.code(one.body('pair'))).toBe('cap-exceeded')
    expect(codeOf(() => one.country.say('lock', t))).toBe('accepted')
    expect(one.code(one.body('conflict'))).toBe('accepted')
    expect(one.code(one.body('pair'), t + HOUR)).toBe('accepted')
  })

  it('is nothing a certificate without that power can make', () => {
    const one = new Case()
    const { country } = one
    const officer = newKey()
    const mayNot = { scope: { acts: ['lock'], country: 'ZZ', tacs: null } } as const
    const cert = certificate({ sub: 'zz.force/new', role: 'officer', key: officer.key }, mayNot)
    country.log('certificate', certify(cert, [country.issue]), T0)
    const by = [country.force, country.officers[0], officer]
    expect(one.code(one.body('pair', {}, by))).toBe('scope')
  })
})

describe('what a record names', () => {
  it('is one that stands, with its own commitment, in this log', () => {
    const one = new Case()
    const lock = one.country.say('lock', t)
    const pair = one.say('pair')
    const end = one.end(pair)
    const code = (changes: Partial<IdentityRecord>) => one.code(one.end(pair, changes))
    expect(code({ of: lock })).toBe('of-mismatch')
    expect(code({ of: 0 })).toBe('of-mismatch')
    expect(code({ of: 9_999 })).toBe('of-mismatch')
    expect(code({ com: bytes(32, 9) })).toBe('of-mismatch')
    expect(code({ log: 'log.other.example/stolen-mode' })).toBe('log-unknown')
    const ending = one.log(end).index
    expect(one.code(one.body('end', { of: pair, com: bytes(32, 1) }))).toBe('of-mismatch')
    expect(one.code(one.body('end', { of: ending, com: bytes(32, 1) }))).toBe('of-mismatch')
  })

  it('its commitment is its name: no other record has it, and a copy says nothing new', () => {
    const one = new Case()
    const body = one.body('pair')
    const { com } = parseIdentityRecord(body.payload)
    const first = one.log(body).index
    expect(one.log(otherHalf(body))).toEqual({ kind: 'repeat', index: first + 1, first })
    expect(one.code(one.body('pair', { com, exp: t + DAY }))).toBe('oid-reused')
    expect(one.code(one.body('conflict', { com }))).toBe('oid-reused')
    one.log(one.end(first))
    expect(one.log(body)).toMatchObject({ kind: 'repeat' })
    expect(one.stands(first)).toBe(false)
    expect(one.code(one.body('pair', { com, exp: t + DAY }))).toBe('oid-reused')
  })
})

describe('A52 a stolen key', () => {
  it('makes no more records, and those from its leaf on count for nothing', () => {
    const one = new Case()
    const { force, national } = one.country
    const [before, after, kept] = [one.say('pair'), one.say('pair'), one.say('pair')]
    one.distrust(force, after, national, [kept])
    expect([before, after, kept].map((index) => one.stands(index))).toEqual([true, false, true])
    expect(one.code(one.body('pair'))).toBe('distrusted')
  })

  it('gives back what it used of the cap', () => {
    const one = new Case()
    const { force, national, officers } = one.country
    const first = one.say('pair')
    for (let i = 1; i < 100; i++) one.say('pair')
    one.distrust(force, first + 50, national)
    const order = newKey()
    const renewed = certificate({ sub: 'zz.force', role: 'force', key: order.key })
    one.country.log('certificate', certify(renewed, [national]), t)
    expect(one.code(one.body('pair', {}, [order, officers[0], officers[1]]))).toBe('accepted')
  })

  it('that ended a record did not end it', () => {
    const one = new Case()
    const { force, national } = one.country
    const index = one.say('pair')
    const end = one.log(one.end(index)).index
    one.distrust(force, end, national)
    expect(one.stands(index)).toBe(true)
    // The same words, and they are news again.
    const again = one.end(index, {}, [national, one.country.officers[0]])
    expect(one.log(again)).toMatchObject({ kind: 'identity' })
    expect(one.stands(index)).toBe(false)
    expect(one.log(again)).toMatchObject({ kind: 'repeat' })
  })

  it('is how a guardian gets over a pair above its cap', () => {
    const one = new Case()
    for (let i = 0; i < 100; i++) one.say('pair')
    const { ledger, force, national } = one.country
    const entry = encodeCbor([1, 8, t * 1000, encodeCoseSign(one.body('pair'))])
    expect(ledger.isStopped(ledger.size, entry)).toBe(false)
    one.distrust(force, ledger.size, national)
    expect(ledger.isStopped(ledger.size, entry)).toBe(true)
  })
})

describe('an opening', () => {
  const salt = bytes(32, 5)
  const pair: Pair = { imei14: IMEI14, imsi: IMSI }
  const com = pairCommitment(salt, pair)
  const bare: Pair = { imei14: IMEI14, imsi: null }
  const bareCom = pairCommitment(salt, bare)

  it('opens its own record and no other', () => {
    expect(checkIdentityOpening({ type: 'pair', com }, { com, salt, pair })).toEqual(pair)
    const code = (type: 'pair' | 'conflict', opening = { com, salt, pair }, of = com) =>
      codeOf(() => checkIdentityOpening({ type, com: of }, opening))
    expect(code('pair', { com, salt, pair }, bareCom)).toBe('opening')
    expect(code('pair', { com, salt: bytes(32, 6), pair })).toBe('opening')
    expect(code('pair', { com, salt, pair: { ...pair, imsi: '001010000000002' } })).toBe('opening')
    expect(code('conflict')).toBe('opening') // a subscriber has no place in a conflict
    expect(code('pair', { com: bareCom, salt, pair: bare }, bareCom)).toBe('opening')
    expect(code('conflict', { com: bareCom, salt, pair: bare }, bareCom)).toBe('accepted')
  })

  it('comes back as it was written', () => {
    for (const one of [
      { com, salt, pair },
      { com: bareCom, salt, pair: bare },
    ])
      expect(parseIdentityOpening(encodeIdentityOpening(one))).toEqual(one)
  })

  it.each([
    ['an IMSI of five digits', { imei14: IMEI14, imsi: '00101' }, 'malformed'],
    ['an IMSI of sixteen', { imei14: IMEI14, imsi: `${IMSI}0` }, 'malformed'],
    ['letters', { imei14: IMEI14, imsi: '00101000000000x' }, 'malformed'],
    ['an IMEI of 15 digits', { imei14: `${IMEI14}0`, imsi: IMSI }, 'malformed'],
    ['an IMEI of 13', { imei14: IMEI14.slice(1), imsi: IMSI }, 'imei-digits'],
  ])('A92 with %s is refused', (_name, wrong, code) => {
    const bytesOf = encodeIdentityOpening({ com, salt, pair: wrong as Pair })
    expect(codeOf(() => parseIdentityOpening(bytesOf))).toBe(code)
  })
})

describe('A92 a record is read strictly', () => {
  const good: readonly [number, unknown][] = [
    [1, 1],
    [2, 2],
    [3, bytes(32, 1)],
    [4, t + DAY],
    [5, null],
    [6, LOG],
  ]
  const code = (changes: Readonly<Record<number, unknown>>) => {
    const map = new Map([
      ...good,
      ...Object.entries(changes).map(([k, v]) => [Number(k), v] as const),
    ])
    return codeOf(() => parseIdentityRecord(encodeCbor(map as never)))
  }

  it('by its table', () => {
    expect(code({})).toBe('accepted')
    expect(code({ 2: 1, 4: null })).toBe('accepted')
    expect(code({ 2: 3, 4: null, 5: 7 })).toBe('accepted')
    for (const wrong of [
      { 1: 2 },
      { 2: 0 },
      { 2: 4 },
      { 2: 'pair' },
      { 3: bytes(31, 1) },
      { 4: null },
      { 4: -1 },
      { 5: 7 },
      { 2: 1 },
      { 2: 1, 4: null, 5: 7 },
      { 2: 3 },
      { 2: 3, 4: null },
      { 6: '' },
      { 7: 1 },
    ])
      expect(code(wrong)).toBe('fields')
  })

  it('and hostile bytes end in a refusal', () => {
    const parsers = [parseIdentityRecord, parseIdentityOpening]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
        for (const parse of parsers) expect(() => parse(noise)).toThrow(Refusal)
      }),
      { numRuns: 2_000 },
    )
  })
})
