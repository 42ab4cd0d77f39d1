import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, DEVICE, HOUR, T0, bytes, signOrder } from '../../test/law.ts'
import { PublicLog } from '../../test/public-log.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { ENROLLED, concat, thumbprint, toHex, type Signer } from '../core/index.ts'
import { encodeBundle, type Bundle } from './bundle.ts'
import { verifyForDevice, type Receiver } from './verify-bundle.ts'

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

describe('A01: a phone that lay behind foil while a hold became a lock', () => {
  const log = new PublicLog()
  const { country } = log
  const holdExp = T + 3 * DAY
  const hold = country.order('hold', T, { exp: holdExp })
  const held = log.say(hold, T)
  const of = country.entries.length - 1
  const locked = log.say(country.order('lock', T + HOUR, { of }), T + HOUR)
  const late = { now: holdExp + 90 * DAY }

  it('obeys the lock though the hold came and lapsed', () => {
    const { device } = verifyForDevice(held, log.trust, phone(country.owner))
    expect(
      verifyForDevice(locked, log.trust, phone(country.owner, { ...late, device })).device.state,
    ).toBe('stolen')
  })

  it('takes a withdrawal that was logged in time, however late it comes', () => {
    const other = new PublicLog()
    const first = other.country.order('hold', T, { exp: holdExp })
    const hold1 = other.say(first, T)
    const index = other.country.entries.length - 1
    const release = other.say(other.country.order('release', holdExp, { of: index }), holdExp)
    const { device } = verifyForDevice(hold1, other.trust, phone(other.country.owner))
    const receiver = phone(other.country.owner, { ...late, device })
    expect(verifyForDevice(release, other.trust, receiver).device.state).toBe('protected')
  })

  it('obeys the lock though the hold never came', () => {
    expect(take(held, phone(country.owner, late), log.trust)).toBe('expired')
    expect(take(locked, phone(country.owner, late), log.trust)).toBe('accepted')
  })
})

describe('A92: hostile bytes', () => {
  const encoded = encodeBundle(good)

  it('one changed byte is a refusal, or the very same order', () => {
    const receiver = phone(owner)
    let refused = 0
    fc.assert(
      fc.property(
        fc.nat({ max: encoded.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const mutant = encoded.slice()
          mutant[at]! ^= by
          let accepted
          const code = codeOf(() => {
            accepted = verifyForDevice(mutant, world.trust, receiver)
          })
          // the log entry is bound by its hash; only lines nobody needs may change unnoticed
          if (code === 'accepted') expect(accepted).toMatchObject({ order: lock, index: lockIndex })
          else refused++
        },
      ),
      { numRuns: 150 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it('cut short or made longer is refused', () => {
    for (const length of [0, 1, 2, 100, encoded.length - 1])
      expect(take(encoded.slice(0, length))).toBe('malformed')
    expect(take(concat(encoded, Uint8Array.of(0)))).toBe('malformed')
  })

  it('random bytes are refused, and quickly', () => {
    const spent: number[] = []
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_096 }), (any) => {
        const begin = performance.now()
        expect(take(any)).toMatch(/^(malformed|not-canonical)$/)
        spent.push(performance.now() - begin)
      }),
      { numRuns: 200 },
    )
    const [median] = spent.toSorted((a, b) => a - b).slice(Math.floor(spent.length / 2))
    expect(median).toBeLessThan(10)
  })

  it('what is made to be slow is refused quickly', () => {
    const zeros = bytes(4_000_000, 0)
    zeros.set([0x9a, 0, 0x3d, 9, 0])
    for (const bomb of [
      bytes(4_000_000, 0x81),
      bytes(4_000_000, 0xa1),
      bytes(16_384, 0x81),
      zeros,
    ]) {
      const spent = Array.from({ length: 10 }, () => {
        const begin = performance.now()
        expect(take(bomb)).toMatch(/^(malformed|too-large)$/)
        return performance.now() - begin
      })
      expect(Math.min(...spent)).toBeLessThan(10)
    }
  })

  it('A91: the second spelling of a signature is the same order, found by its id', () => {
    const again = world.country.log('order', signOrder(lock, world.country.signers('lock')), T)
    const bundle = world.bundle(lock, again.index)
    expect(again).toMatchObject({ kind: 'repeat', first: lockIndex })
    const device = verifyForDevice(encodeBundle(good), world.trust, phone(owner)).device
    expect(take(bundle, phone(owner, { device }))).toBe('replay')
    expect(toHex(bundle.entry)).not.toBe(toHex(good.entry))
  })
})
