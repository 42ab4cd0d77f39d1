import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  DEVICE,
  HOUR,
  LOG,
  SALT,
  T0,
  bytes,
  certificate,
  certify,
  newKey,
  signOrder,
} from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { deviceCommitment, ownerCommitment } from './commitment.ts'
import { coseSign } from './cose.ts'
import type { Signer } from './crypto.ts'
import { RELEASED_TO } from './order.ts'
import { ownerKeyPayload, type Basis, type OwnerKeyRecord } from './owner-key-record.ts'

const t = T0 + 10
const NEW_SALT = bytes(32, 0x77)
const OLD_SALT = bytes(32, 0x0c)

/** A country, a lock, and a second nation beside it. */
class Case {
  readonly country = new Country()
  readonly second = newKey()
  readonly newOwner = newKey()
  readonly lock: number

  constructor(lock: { readonly hasOwner: boolean } = { hasOwner: true }) {
    const { country } = this
    const nation = newKey()
    const other = certificate({ sub: 'yy', role: 'national', key: nation.key })
    country.log('certificate', certify(other, country.rootKeys.slice(0, 3)), T0)
    const force = certificate({ sub: 'yy.force', role: 'force', key: this.second.key })
    country.log('certificate', certify(force, [nation]), T0)
    const order = country.order('lock', t)
    const { okc, ...ownerless } = order
    expect(okc).toBeDefined()
    const cose = signOrder(lock.hasOwner ? order : ownerless, country.signers('lock'))
    this.lock = country.log('order', cose, t).index
  }

  signers(basis: Basis): readonly Signer[] {
    const { force, officers, intake, owner } = this.country
    if (basis === 'oldKey') return [intake, owner, this.newOwner]
    const counter = [force, officers[0], officers[1]]
    return basis === 'title'
      ? [...counter, this.second, this.newOwner]
      : [...counter, this.newOwner]
  }

  /** Logs a record at `at` seconds. */
  record(basis: Basis, at = t, changes: Partial<OwnerKeyRecord> = {}, by = this.signers(basis)) {
    const { owner } = this.country
    const record: OwnerKeyRecord = {
      of: this.lock,
      dev: deviceCommitment(SALT, DEVICE),
      okc: ownerCommitment(NEW_SALT, this.newOwner.key),
      okey: basis === 'oldKey' ? { salt: OLD_SALT, key: owner.key } : null,
      basis,
      log: LOG,
      ...changes,
    }
    const body = coseSign('application/stolen-ownerkey+cbor', ownerKeyPayload(record), by)
    return this.country.log('owner-key', body, at)
  }

  release(at: number, to: number = RELEASED_TO.returned, by = this.newOwner): string {
    const salt = by === this.newOwner ? NEW_SALT : OLD_SALT
    const okey = { salt, key: by.key }
    const order = this.country.order('release', at, { of: this.lock, to, okey, ctr: 99 })
    return codeOf(() => this.country.log('order', signOrder(order, [this.country.force, by]), at))
  }
}

describe('a new owner key behind an order in force', () => {
  it('by the old key: at once', () => {
    const one = new Case()
    expect(one.release(t)).toBe('owner-key')
    expect(one.record('oldKey')).toEqual({
      kind: 'owner-key',
      index: one.country.ledger.size - 1,
      of: one.lock,
    })
    expect(one.release(t, RELEASED_TO.returned, one.country.owner)).toBe('owner-key')
    expect(one.release(t)).toBe('accepted')
  })

  it('A27 at a police counter: seven days later, and not a second before', () => {
    const one = new Case()
    one.record('counter')
    expect(one.release(t + 7 * DAY - 1)).toBe('owner-delay')
    expect(one.release(t + 7 * DAY)).toBe('accepted')
  })

  it('the true owner, told of it, has the last word for as long as it waits', () => {
    const one = new Case()
    one.record('counter')
    expect(one.release(t + DAY, RELEASED_TO.returned, one.country.owner)).toBe('accepted')
    // Or keeps the lock, and puts another key of his own on top.
    const other = new Case()
    other.record('counter')
    const mine = newKey()
    const okc = ownerCommitment(OLD_SALT, mine.key)
    other.record('oldKey', t + DAY, { okc }, [other.country.intake, other.country.owner, mine])
    expect(other.release(t + 8 * DAY)).toBe('owner-key')
    expect(other.release(t + 8 * DAY, RELEASED_TO.returned, mine)).toBe('accepted')
  })

  it('by title: a force of a second nation, fourteen days', () => {
    const one = new Case()
    const { force, officers } = one.country
    const alone = [force, officers[0], officers[1], force, one.newOwner]
    expect(codeOf(() => one.record('title', t, {}, alone))).toBe('signer-set')
    one.record('title')
    expect(one.release(t + 14 * DAY - 1)).toBe('owner-delay')
    expect(one.release(t + 14 * DAY)).toBe('accepted')
  })

  it('for an error: within 72 hours, where no owner key stands behind it, and said as an error', () => {
    const one = new Case({ hasOwner: false })
    expect(codeOf(() => one.record('error', t + 72 * HOUR + 1))).toBe('window')
    const two = new Case({ hasOwner: false })
    two.record('error', t + 72 * HOUR)
    expect(two.release(t + 72 * HOUR)).toBe('fields')
    expect(two.release(t + 72 * HOUR, RELEASED_TO.issuedInError)).toBe('accepted')
    expect(codeOf(() => new Case().record('error'))).toBe('owner-key')
  })

  it('A28 paper alone gives nothing: every signer is needed, and the right one', () => {
    const one = new Case()
    const { force, officers, intake, owner, issue, recycler } = one.country
    const code = (by: readonly Signer[], basis: Basis = 'counter') =>
      codeOf(() => one.record(basis, t, {}, by))
    expect(code([force, officers[0], one.newOwner])).toBe('signer-set')
    expect(code([force, officers[0], officers[0], one.newOwner])).toBe('signer-set')
    expect(code([force, officers[0], intake, one.newOwner])).toBe('signer-set')
    expect(code([issue, officers[0], officers[1], one.newOwner])).toBe('signer-set')
    expect(code([recycler, officers[0], officers[1], one.newOwner])).toBe('signer-set')
    expect(code([one.second, officers[0], officers[1], one.newOwner])).toBe('signer-set')
    expect(code([intake, one.newOwner], 'oldKey')).toBe('signer-set')
    expect(code([force, owner, one.newOwner], 'oldKey')).toBe('signer-set')
    expect(code([intake, newKey(), one.newOwner], 'oldKey')).toBe('signer-set')
  })

  it('the old key must be the one that was committed to', () => {
    const one = new Case()
    const stranger = newKey()
    const okey = { salt: OLD_SALT, key: stranger.key }
    const by = [one.country.intake, stranger, one.newOwner]
    expect(codeOf(() => one.record('oldKey', t, { okey }, by))).toBe('owner-key')
  })

  it('a record that another new owner signed releases nothing', () => {
    const one = new Case()
    const { intake, owner } = one.country
    one.record('oldKey', t, {}, [intake, owner, newKey()])
    expect(one.release(t)).toBe('owner-key')
  })

  it('names a hold or lock in force', () => {
    const one = new Case()
    expect(codeOf(() => one.record('counter', t, { of: 0 }))).toBe('of-mismatch')
    expect(one.release(t, RELEASED_TO.returned, one.country.owner)).toBe('accepted')
    expect(codeOf(() => one.record('counter'))).toBe('of-mismatch')
  })

  it('a force that is no longer trusted is replaced by its ancestor', () => {
    const one = new Case()
    const { national, officers } = one.country
    one.record('counter', t, {}, [national, officers[0], officers[1], one.newOwner])
    expect(one.release(t + 7 * DAY)).toBe('accepted')
  })
})
