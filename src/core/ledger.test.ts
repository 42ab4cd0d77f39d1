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
  otherHalf,
  signOrder,
  verify,
} from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { toHex } from './bytes.ts'
import { batchPayload } from './batch.ts'
import { encodeCbor } from './cbor.ts'
import { coseSign, encodeCoseSign, type CoseSign } from './cose.ts'
import { encodeEntry, parseEntry } from './entry.ts'
import { Ledger } from './ledger.ts'
import { rootPayload } from './root.ts'

describe('one order, one effect', () => {
  it('A91: the same payload again is a no-op, whatever its signatures and the time', () => {
    const country = new Country()
    const t = T0 + 10
    const order = country.order('lock', t)
    const cose = signOrder(order, country.signers('lock'))
    const first = country.log('order', cose, t).index
    const again = { kind: 'repeat', first }
    expect(country.log('order', cose, t)).toMatchObject(again)
    expect(country.log('order', otherHalf(cose), t + 1)).toMatchObject(again)
    expect(country.log('order', cose, t + 30 * DAY)).toMatchObject(again) // its window is long over
    expect(country.ledger.loggedIndex(order.oid, cose.payload)).toBe(first)
  })

  it('a repeat uses up no cap and closes nothing', () => {
    const country = new Country()
    const t = T0 + 10
    const cose = signOrder(country.order('lock', t), country.signers('lock'))
    for (let i = 0; i < 250; i++) country.log('order', cose, t)
    expect(country.say('lock', t)).toBeGreaterThan(0)
  })

  it('another payload under the same id is refused', () => {
    const country = new Country()
    const order = country.order('lock', T0 + 10)
    country.log('order', signOrder(order, country.signers('lock')), T0 + 10)
    const other = signOrder({ ...order, why: 2 }, country.signers('lock'))
    expect(codeOf(() => country.log('order', other, T0 + 10))).toBe('oid-reused')
    expect(codeOf(() => country.ledger.loggedIndex(order.oid, other.payload))).toBe('oid-reused')
  })

  it('an order that was passed over has not used its id', () => {
    const country = new Country()
    const order = country.order('lock', T0 + 10)
    const wrong = signOrder(order, [country.force, country.officers[0]])
    expect(codeOf(() => country.log('order', wrong, T0 + 10))).toBe('signer-set')
    country.ledger.pass(country.ledger.size)
    expect(country.log('order', signOrder(order, country.signers('lock')), T0 + 10).kind).toBe(
      'order',
    )
  })
})

describe('what `of` may name', () => {
  const t = T0 + 10
  it('a hold or lock that is logged and in force', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    const code = (act: 'release' | 'found' | 'lock' | 'retire', of: number) =>
      codeOf(() => country.say(act, t, { of }))
    expect(code('release', 0)).toBe('of-mismatch') // a certificate
    expect(code('release', 9_999)).toBe('of-mismatch')
    expect(code('release', country.ledger.size)).toBe('of-mismatch') // itself
    const found = country.say('found', t, { of: lock })
    expect(code('release', found)).toBe('of-mismatch')
    expect(code('release', lock)).toBe('accepted')
  })

  it('once: a second release, or a find after it, names nothing in force', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    country.say('release', t, { of: lock })
    for (const act of ['release', 'found', 'lock', 'retire'] as const)
      expect(codeOf(() => country.say(act, t, { of: lock }))).toBe('of-mismatch')
  })

  it('a hold that a lock has replaced is no longer there to withdraw', () => {
    const country = new Country()
    const hold = country.say('hold', t)
    const lock = country.say('lock', t, { of: hold })
    expect(codeOf(() => country.say('release', t, { of: hold }))).toBe('of-mismatch')
    country.say('release', t, { of: lock })
  })

  it('of the right kind: nobody finds or retires a held phone', () => {
    const country = new Country()
    const hold = country.say('hold', t)
    expect(codeOf(() => country.say('found', t, { of: hold }))).toBe('of-mismatch')
    expect(codeOf(() => country.say('retire', t, { of: hold }))).toBe('of-mismatch')
    expect(codeOf(() => country.say('hold', t, { of: hold }))).toBe('fields')
  })

  it('in the right state: stolen, then recovered', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    expect(codeOf(() => country.say('lock', t, { of: lock }))).toBe('wrong-state')
    expect(codeOf(() => country.say('retire', t, { of: lock }))).toBe('wrong-state')
    country.say('found', t, { of: lock })
    expect(codeOf(() => country.say('found', t, { of: lock }))).toBe('wrong-state')
    const again = country.say('lock', t, { of: lock })
    country.say('found', t, { of: again })
    country.say('retire', t, { of: again })
    expect(codeOf(() => country.say('release', t, { of: again }))).toBe('of-mismatch')
  })

  it('A19: with a counter that rises', () => {
    const country = new Country()
    const lock = country.say('lock', t, { ctr: 7 })
    expect(codeOf(() => country.say('release', t, { of: lock, ctr: 7 }))).toBe('replay')
    expect(codeOf(() => country.say('release', t, { of: lock, ctr: 6 }))).toBe('replay')
    country.say('found', t, { of: lock, ctr: 8 })
    expect(codeOf(() => country.say('release', t, { of: lock, ctr: 8 }))).toBe('replay')
    country.say('release', t, { of: lock, ctr: 9 })
  })

  it.each([
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'of-mismatch'],
  ])('A93: a hold, %i s from its exp: %s', (seconds, code) => {
    const country = new Country()
    const exp = t + 3 * DAY
    const hold = country.say('hold', t, { exp })
    expect(codeOf(() => country.say('release', exp + seconds, { of: hold }))).toBe(code)
  })

  it('A27: released with the key the lock committed to only', () => {
    const country = new Country()
    const lock = country.say('lock', t)
    const thief = newKey()
    const okey = { salt: bytes(32, 0x0c), key: thief.key }
    const order = country.order('release', t, { of: lock, okey })
    const code = codeOf(() => country.log('order', signOrder(order, [country.force, thief]), t))
    expect(code).toBe('owner-key')
  })
})

describe('an unlawful entry leaves nothing behind', () => {
  const t = T0 + 10

  it('the ledger that refused a hundred of them goes on exactly like one that met none', () => {
    const country = new Country()
    const plain = new Ledger(country.root, verify, LOG)
    for (const entry of country.entries) plain.apply(plain.size, entry)
    const lock = country.say('lock', t)
    plain.apply(plain.size, country.entries.at(-1)!)

    const bad = (body: CoseSign, at = t) => encodeEntry({ kind: 'order', t: at * 1000, body })
    const order = (changes = {}) => country.order('lock', t, changes)
    const unlawful = [
      bad(signOrder(order(), [country.force])),
      bad(signOrder(order({ nbf: t + 5 }), country.signers('lock'))),
      bad(signOrder(country.order('release', t, { of: lock + 1 }), country.signers('release'))),
      bad(
        signOrder(
          country.order('release', t, {
            of: lock,
            okey: { salt: bytes(32, 1), key: country.owner.key },
          }),
          country.signers('release'),
        ),
      ),
      bad(signOrder(order(), country.signers('lock')), t - 5),
      encodeEntry({
        kind: 'certificate',
        t: t * 1000,
        body: certify(certificate({ sub: 'zz.x', role: 'force', key: newKey().key }), [newKey()]),
      }),
      encodeEntry({
        kind: 'batch',
        t: t * 1000,
        body: coseSign(
          'application/stolen-batch+cbor',
          batchPayload({ type: 'sales', count: 1, root: bytes(32, 1) }),
          [country.force],
        ),
      }),
      encodeCbor([1, 5, t * 1000, encodeCoseSign(signOrder(order(), []))]),
      bytes(40, 0xff),
    ]
    for (let i = 0; i < 12; i++)
      for (const entry of unlawful) {
        const { size, t: time } = country.ledger
        expect(codeOf(() => country.ledger.apply(size, entry))).not.toBe('accepted')
        expect([country.ledger.size, country.ledger.t]).toEqual([size, time])
      }

    const next = [
      signOrder(country.order('release', t, { of: lock }), country.signers('release')),
      ...Array.from({ length: 100 }, () => signOrder(order(), country.signers('lock'))),
    ].map((body) => bad(body))
    for (const entry of next) {
      const one = codeOf(() => country.ledger.apply(country.ledger.size, entry))
      expect(one).toBe(codeOf(() => plain.apply(plain.size, entry)))
    }
    expect(country.ledger.size).toBe(plain.size)
    expect(codeOf(() => country.say('lock', t))).toBe('cap-exceeded') // the hundredth was the last
  })

  it('passed over, it counts for nothing but its place', () => {
    const country = new Country()
    const { size } = country.ledger
    country.ledger.pass(size)
    expect(codeOf(() => country.ledger.pass(size))).toBe('feed-gap')
    expect(country.say('lock', t)).toBe(size + 1)
  })
})

describe('the log', () => {
  it('has no gaps, and its time never falls', () => {
    const country = new Country()
    country.say('lock', T0 + 10)
    const entry = (at: number) =>
      encodeEntry({
        kind: 'order',
        t: at,
        body: signOrder(country.order('lock', T0), country.signers('lock')),
      })
    const { size } = country.ledger
    for (const index of [size - 1, size + 1])
      expect(codeOf(() => country.ledger.apply(index, entry((T0 + 10) * 1000)))).toBe('feed-gap')
    expect(codeOf(() => country.ledger.apply(size, entry((T0 + 10) * 1000 - 1)))).toBe(
      'time-went-back',
    )
    expect(codeOf(() => country.ledger.apply(size, entry((T0 + 10) * 1000)))).toBe('accepted')
  })

  it('holds batches by the registry and makers only', () => {
    const country = new Country()
    const batch = batchPayload({ type: 'enrolments', count: 3, root: bytes(32, 1) })
    const by = (...signers: ReturnType<typeof newKey>[]) =>
      codeOf(() =>
        country.log('batch', coseSign('application/stolen-batch+cbor', batch, signers), T0),
      )
    expect(by(country.registry[0])).toBe('accepted')
    expect(by(country.force)).toBe('signer-set')
    expect(by(...country.registry)).toBe('signer-set')
    expect(by(newKey())).toBe('chain')
  })

  it('takes the next root document, and judges by it from there on', () => {
    const country = new Country()
    const next = { ...country.root, version: 2, expires: T0 + 5 }
    const body = coseSign(
      'application/stolen-root+cbor',
      rootPayload(next),
      country.rootKeys.slice(0, 3),
    )
    expect(country.log('root', body, T0)).toMatchObject({ kind: 'root', root: { version: 2 } })
    expect(codeOf(() => country.say('lock', T0 + 6))).toBe('cert-time')
  })

  it('reads entries of known kinds and of version 1, and reads back what it writes', () => {
    const country = new Country()
    country.say('lock', T0)
    const entry = country.entries.at(-1)!
    expect(toHex(encodeEntry(parseEntry(entry)))).toBe(toHex(entry))
    const body = encodeCoseSign(parseEntry(entry).body)
    for (const kind of [0, 9, 10])
      expect(codeOf(() => parseEntry(encodeCbor([1, kind, 0, body])))).toBe('unknown-kind')
    expect(codeOf(() => parseEntry(encodeCbor([2, 1, 0, body])))).toBe('malformed')
    expect(codeOf(() => parseEntry(encodeCbor([1, 2, 0, body])))).toBe('malformed')
    expect(codeOf(() => parseEntry(encodeCbor([1, 1, -1, body])))).toBe('malformed')
    expect(codeOf(() => parseEntry(bytes(16_385, 0)))).toBe('too-large')
  })
})
