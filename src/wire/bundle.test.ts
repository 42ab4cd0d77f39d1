import { describe, expect, it } from 'vitest'
import {
  Country,
  DAY,
  DEVICE,
  T0,
  bytes,
  certificate,
  certify,
  fiveKeys,
  newKey,
  signOrder,
  signRoot,
} from '../../test/law.ts'
import { PublicLog, type Proving } from '../../test/public-log.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  ENROLLED,
  concat,
  encodeCbor,
  encodeDocument,
  encodeEntry,
  encodeOpening,
  encodeCoseSign,
  parseTac,
  thumbprint,
  type Act,
  type CoseSign,
  type DeviceState,
  type Order,
  type Signer,
} from '../core/index.ts'
import { generateNoteSigner } from '../host/index.ts'
import { ED25519 } from '../log/index.ts'
import { encodeBundle, parseBundle, type Bundle } from './bundle.ts'
import { verifyBundle, verifyForDevice, type Receiver } from './verify-bundle.ts'

const T = T0 + 10
const phone = (owner: Signer | null, changes: Partial<Receiver> = {}): Receiver => ({
  dak: DEVICE.dak!,
  device: ENROLLED,
  owner: owner && thumbprint(owner.key),
  now: T0,
  treeSize: 0,
  ...changes,
})

/** One log with one lock in it, and what a phone says to the bundle after a change. */
const world = new PublicLog()
const lock = world.country.order('lock', T)
const lockIndex = world.country.log(
  'order',
  signOrder(lock, world.country.signers('lock')),
  T,
).index
const good = world.bundle(lock, lockIndex)
const owner = world.country.owner

const take = (bundle: Bundle | Uint8Array, receiver = phone(owner), trust = world.trust) =>
  codeOf(() =>
    verifyForDevice(bundle instanceof Uint8Array ? bundle : encodeBundle(bundle), trust, receiver),
  )
const changed = (changes: Partial<Bundle>) => take({ ...good, ...changes })
const proven = (how: Proving) => changed({ proof: world.prove(lockIndex, how) })

/** A log to itself whose last leaf is this order, lawful or not. */
function takeLogged(
  order: (country: Country) => { body: CoseSign; order: Order },
  t = T,
  receiver?: Receiver,
) {
  const log = new PublicLog()
  const said = order(log.country)
  log.country.entries.push(encodeEntry({ kind: 'order', t: t * 1000, body: said.body }))
  const bundle = log.bundle(said.order, log.country.entries.length - 1)
  return take(bundle, receiver ?? phone(log.country.owner), log.trust)
}
const lockBy = (signers: (country: Country) => readonly Signer[], changes: Partial<Order> = {}) =>
  takeLogged((country) => {
    const order = country.order('lock', T, changes)
    return { body: signOrder(order, signers(country)), order }
  })

describe('a bundle', () => {
  it('goes round, and is small', () => {
    const encoded = encodeBundle(good)
    expect(parseBundle(encoded)).toEqual(good)
    expect(encoded.length).toBeLessThan(9_000)
  })

  it('A20: is obeyed offline', () => {
    const accepted = verifyForDevice(encodeBundle(good), world.trust, phone(owner))
    expect(accepted).toMatchObject({ index: lockIndex, now: T0 + 20, treeSize: lockIndex + 1 })
    expect(accepted.device).toMatchObject({ state: 'stolen', ctr: lock.ctr })
  })

  it('can be read by whoever has no device', () => {
    expect(verifyBundle(encodeBundle(good), world.trust).checked.order).toEqual(lock)
  })

  it('never lowers what the phone knows', () => {
    const knows = phone(owner, { now: T0 + 99, treeSize: 1_000 })
    expect(verifyForDevice(encodeBundle(good), world.trust, knows)).toMatchObject({
      now: T0 + 99,
      treeSize: 1_000,
    })
  })
})

describe('each step refuses by its own name', () => {
  it('1 malformed, not-canonical, too-large', () => {
    expect(take(bytes(3, 0xff))).toBe('malformed')
    expect(take(encodeCbor([1]))).toBe('malformed')
    const one = encodeBundle(good)
    expect(take(concat(Uint8Array.of(0xb8, 5), one.slice(1)))).toBe('malformed')
    const unsorted = concat(Uint8Array.of(0xa5, 5, 0x80), one.slice(1, -2))
    expect(take(unsorted)).toBe('not-canonical')
    expect(changed({ proof: 'x'.repeat(14_000) })).toBe('too-large')
    expect(changed({ roots: Array.from({ length: 257 }, () => bytes(1, 0)) })).toBe('too-large')
    expect(changed({ certificates: Array.from({ length: 17 }, () => bytes(1, 0)) })).toBe(
      'too-large',
    )
    expect(changed({ roots: [bytes(16_385, 0)] })).toBe('too-large')
    expect(changed({ entry: bytes(10, 0xff) })).toBe('malformed')
    expect(changed({ opening: bytes(10, 0xff) })).toBe('malformed')
    expect(changed({ certificates: [bytes(10, 0xff)] })).toBe('malformed')
  })

  it('2 unknown-kind', () => {
    const body = encodeCoseSign(signOrder(lock, []))
    const kind = encodeCbor([1, 9, T * 1000, body])
    expect(changed({ entry: kind })).toBe('unknown-kind')
    expect(changed({ entry: world.country.entries[0]! })).toBe('unknown-kind')
  })

  it('3 root-rollback, root-threshold', () => {
    const { root, rootKeys } = world.country
    const roots = (...documents: CoseSign[]) => changed({ roots: documents.map(encodeDocument) })
    const next = signRoot({ ...root, version: 2 }, rootKeys)
    expect(roots(next)).toBe('accepted')
    expect(roots(next, signRoot({ ...root, version: 3 }, rootKeys.slice(2)))).toBe('accepted')
    expect(roots(next, signRoot(root, rootKeys))).toBe('root-rollback')
    expect(roots(signRoot({ ...root, version: 3 }, rootKeys))).toBe('root-rollback')
    expect(roots(signRoot({ ...root, version: 2 }, rootKeys.slice(3)))).toBe('root-threshold')
    expect(roots(signRoot({ ...root, version: 2 }, fiveKeys()))).toBe('root-threshold')
    const newer = { ...world.trust, root: { ...root, version: 2 } }
    expect(
      take({ ...good, roots: [encodeDocument(signRoot(root, rootKeys))] }, phone(owner), newer),
    ).toBe('root-rollback')
  })

  it('4 proof-malformed', () => {
    const lines = good.proof.split('\n')
    const proof = (change: (all: string[]) => unknown) => {
      const all = [...lines]
      change(all)
      return changed({ proof: all.join('\n') })
    }
    expect(proof((all) => (all[0] = 'c2sp.org/tlog-proof@v2'))).toBe('proof-malformed')
    expect(proof((all) => (all[1] = `index ${lockIndex + 1}`))).toBe('proof-malformed')
    expect(proof((all) => (all[1] = 'index 18446744073709551615'))).toBe('proof-malformed')
    expect(proof((all) => all.splice(2, 1))).toBe('proof-malformed')
    expect(proof((all) => (all[2] = 'AAAA'))).toBe('proof-malformed')
  })

  it('A35, A48, A82: 5 log-unknown, log-signature', () => {
    const test = generateNoteSigner('test.example', ED25519).signer
    expect(proven({ log: test })).toBe('log-unknown')
    const impostor = generateNoteSigner(world.log.key.name, ED25519).signer
    expect(proven({ log: impostor })).toBe('log-signature')
    expect(proven({ log: { ...world.log, sign: impostor.sign } })).toBe('log-signature')
  })

  it('A53, A83, A84: 6 witness-quorum, guardian-quorum', () => {
    const { witnesses, guardians } = world
    expect(proven({ witnesses: witnesses.slice(1), guardians: guardians.slice(1) })).toBe(
      'accepted',
    )
    // Two of three are needed: no single one, whichever it is.
    for (const alone of witnesses) expect(proven({ witnesses: [alone] })).toBe('witness-quorum')
    for (const alone of guardians) expect(proven({ guardians: [alone] })).toBe('guardian-quorum')
    expect(proven({ guardians: [] })).toBe('guardian-quorum')
    expect(proven({ guardians: [], witnesses: [] })).toBe('witness-quorum')
  })

  it('A54: 7 not-included', () => {
    const secret = world.country.order('lock', T)
    const body = signOrder(secret, world.country.signers('lock'))
    const entry = encodeEntry({ kind: 'order', t: T * 1000, body })
    expect(changed({ entry })).toBe('not-included')
    expect(proven({ index: lockIndex - 1 })).toBe('not-included')
  })

  it('8 chain, name-outside, cert-time', () => {
    const files = good.certificates
    expect(changed({ certificates: [] })).toBe('chain')
    expect(changed({ certificates: files.slice(1) })).toBe('chain')
    expect(changed({ certificates: files.toReversed() })).toBe('chain')
    expect(changed({ certificates: [...new Country().certificates()].map(encodeDocument) })).toBe(
      'root-threshold',
    )
    const rogue = certificate({ sub: 'yy.force', role: 'force', key: newKey().key }, { iss: 'zz' })
    const bad = encodeDocument(certify(rogue, [world.country.national]))
    expect(changed({ certificates: [...files, bad] })).toBe('name-outside')
    const late = T0 + 400 * DAY
    const code = takeLogged((country) => {
      const order = country.order('lock', late)
      return { body: signOrder(order, country.signers('lock')), order }
    }, late)
    expect(code).toBe('cert-time')
  })

  it('10 scope, signer-set, alg', () => {
    expect(lockBy((c) => [c.force, c.officers[0]])).toBe('signer-set')
    expect(lockBy((c) => [c.force, c.officers[0], c.officers[0]])).toBe('signer-set')
    const es384 = (country: Country) => {
      const order = country.order('lock', T)
      const body = signOrder(order, country.signers('lock'))
      const header = encodeCbor(
        new Map<number, number | Uint8Array>([
          [1, -35],
          [4, body.slots[0]!.kid],
        ]),
      )
      return {
        body: {
          ...body,
          slots: [{ ...body.slots[0]!, protected: header }, ...body.slots.slice(1)],
        },
        order,
      }
    }
    expect(takeLogged(es384)).toBe('alg')
  })

  it('10 scope: a maker-bound force touches only its own models, and no phone without one', () => {
    const log = new PublicLog()
    const [issue, force, one, two] = [newKey(), newKey(), newKey(), newKey()]
    const { country } = log
    const scope = { acts: ['lock'] as const, country: 'ZZ', tacs: [parseTac('00101701')] }
    const of = (sub: string, role: 'force' | 'officer', { key }: Signer) => ({ sub, role, key })
    const files = [
      certify(certificate(of('zz.m', 'force', issue), { use: 'issue', scope }), [country.national]),
      certify(certificate(of('zz.m', 'force', force), { scope }), [country.national]),
      certify(certificate(of('zz.m/1', 'officer', one), { scope }), [issue]),
      certify(certificate(of('zz.m/2', 'officer', two), { scope }), [issue]),
    ].map(encodeDocument)
    const order = country.order('lock', T, { auth: 'zz.m' }) // DEVICE has no IMEI
    country.entries.push(
      encodeEntry({ kind: 'order', t: T * 1000, body: signOrder(order, [force, one, two]) }),
    )
    const national = encodeDocument([...country.certificates()][0]!)
    const bundle = log.bundle(order, country.entries.length - 1)
    const code = take(
      { ...bundle, certificates: [national, ...files] },
      phone(country.owner),
      log.trust,
    )
    expect(code).toBe('scope')
  })

  it('11 signature, assertion', () => {
    const forged = takeLogged((country) => {
      const order = country.order('lock', T)
      const body = signOrder(order, country.signers('lock'))
      return {
        body: { ...body, slots: body.slots.map((slot) => ({ ...slot, signature: bytes(64, 1) })) },
        order,
      }
    })
    expect(forged).toBe('signature')
    const passkey = takeLogged((country) => {
      const order = country.order('lock', T)
      const body = signOrder(order, country.signers('lock'))
      const [first, ...rest] = body.slots
      const header = encodeCbor(
        new Map<number, number | Uint8Array | number[]>([
          [1, -7],
          [2, [-70101]],
          [4, first!.kid],
          [-70101, 1],
        ]),
      )
      const assertion = { authenticatorData: bytes(37, 5), clientDataJson: bytes(2, 0x20) }
      return {
        body: { ...body, slots: [{ ...first!, protected: header, assertion }, ...rest] },
        order,
      }
    })
    expect(passkey).toBe('assertion')
  })

  it('A55: 12 fields', () => {
    expect(lockBy((c) => c.signers('lock'), { why: 9 })).toBe('fields')
    expect(lockBy((c) => c.signers('lock'), { auth: 'zz' })).toBe('fields')
    expect(lockBy((c) => c.signers('lock'), { cc: 'ZZ' })).toBe('fields')
  })

  it('A93: 13 window, expired', () => {
    const at = (t: number, act: Act = 'lock', receiver?: Receiver) =>
      takeLogged(
        (country) => {
          const order = country.order(act, T)
          return { body: signOrder(order, country.signers(act)), order }
        },
        t,
        receiver,
      )
    expect([T - 1, T, T + DAY, T + DAY + 1].map((t) => at(t))).toEqual([
      'window',
      'accepted',
      'accepted',
      'window',
    ])
    // A93: a hold lapses by cosigned time; a lock that waited behind foil is as good as new
    const behindFoil = (seconds: number) => phone(null, { now: T + DAY + seconds })
    expect([-1, 0, 1].map((s) => at(T, 'hold', behindFoil(s)))).toEqual([
      'accepted',
      'accepted',
      'expired',
    ])
    expect(at(T, 'lock', behindFoil(3_000 * DAY))).toBe('accepted')
  })

  it('14 opening, not-this-device', () => {
    const other = { oid: lock.oid, salt: bytes(32, 1), ids: DEVICE }
    expect(changed({ opening: encodeOpening(other) })).toBe('opening')
    expect(take(good, phone(owner, { dak: bytes(32, 1) }))).toBe('not-this-device')
  })

  it('A19: 15 replay, 16 wrong-state, of-mismatch', () => {
    const device = verifyForDevice(encodeBundle(good), world.trust, phone(owner)).device
    expect(take(good, phone(owner, { device }))).toBe('replay')
    const retired: DeviceState = { state: 'retired', ctr: 0, outstanding: null }
    expect(take(good, phone(owner, { device: retired }))).toBe('wrong-state')
    const other = { ...device.outstanding!, index: 0 }
    const release = world.country.order('release', T, { of: lockIndex })
    const bundle = world.say(release, T)
    expect(take(bundle, phone(owner, { device }))).toBe('accepted')
    expect(take(bundle, phone(owner, { device: { ...device, outstanding: other } }))).toBe(
      'of-mismatch',
    )
    expect(take(bundle)).toBe('wrong-state')
  })

  it('A28, A59: 17 owner-key', () => {
    const log = new PublicLog()
    const { country } = log
    const lockOf = log.say(country.order('lock', T), T)
    const locked = verifyForDevice(lockOf, log.trust, phone(country.owner))
    const release = log.say(country.order('release', T, { of: locked.index }), T, { guardians: [] })
    const knows = (key: Signer | null) =>
      take(release, phone(key, { device: locked.device }), log.trust)
    expect(knows(country.owner)).toBe('accepted') // and without guardians: A59, A84
    expect(knows(null)).toBe('accepted') // the log says whose key it is
    expect(knows(newKey())).toBe('owner-key')
  })

  it('17 owner-key: nobody but its owner retires a free phone', () => {
    const log = new PublicLog()
    const { country } = log
    const retire = log.say(country.order('retire', T), T)
    expect(take(retire, phone(country.owner), log.trust)).toBe('accepted')
    expect(take(retire, phone(newKey()), log.trust)).toBe('owner-key')
    expect(take(retire, phone(null), log.trust)).toBe('owner-key')
  })
})
