import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { makeLogger } from '../host/index.ts'
import { Follower } from './follower.ts'
import type { Covered, LogRecord } from './log-record.ts'
import { Register } from './register.ts'

const logger = makeLogger('test', 'silent')
const refusal = (code: string) => expect.objectContaining({ code })

let log: EdgeLog
let register: Register
let follower: Follower
let covered: Covered[]
let locked: string[]

function fresh(trust = log.trust) {
  register = new Register()
  covered = []
  locked = []
  const onCovered = (settled: Covered) => void covered.push(settled)
  const onLocked = (imei14: string) => void locked.push(imei14)
  follower = new Follower({ origin: log.origin, trust, register, logger, onCovered, onLocked })
  return follower
}

beforeEach(() => {
  log = new EdgeLog()
  fresh()
})

/** Everything of the log not yet given to the follower. */
function feed(): void {
  for (const record of log.records.slice(follower.next)) follower.receive(record)
}

function publish(options: Parameters<EdgeLog['checkpoint']>[0] = {}): void {
  feed()
  follower.note(log.checkpoint(options))
}

const stateOf = (one: { readonly imei: Parameters<Register['stateOf']>[0] }) =>
  register.stateOf(one.imei)

describe('a phone on its way', () => {
  test('A14 is held, stolen, recovered and released, on both its numbers', () => {
    const one = phone(1, 2)
    const hold = log.hold(one)
    publish()
    expect(stateOf(one)).toBe('held')
    const lock = log.lock(one, { of: hold.index, ctr: 2 })
    publish()
    expect(one.ids.imeis.map((imei) => register.stateOf(imei))).toEqual(['stolen', 'stolen'])
    const found = log.found(one, lock)
    publish()
    expect(stateOf(one)).toBe('recovered')
    log.release(one, found)
    publish()
    expect(one.ids.imeis.map((imei) => register.stateOf(imei))).toEqual(['released', 'released'])
    expect(stateOf(phone(3))).toBeUndefined()
    expect(follower.refusedOrders).toBe(0)
  })

  test.each([
    [-1, 'held'],
    [0, 'held'],
    [1, 'released'],
  ])('A93: whose hold ends %i s from the newest cosigned time is %s', (offset, state) => {
    const one = phone(1)
    const exp = START / 1000 + 3_600
    log.hold(one, { exp })
    publish()
    publish({ at: exp + offset })
    expect(stateOf(one)).toBe(state)
    publish({ at: exp - 60 }) // a slow witness does not turn time back
    expect(stateOf(one)).toBe(state)
  })

  test('wearing a number of another keeps the heavier state of the two', () => {
    const [one, other] = [phone(1, 2), phone(2, 3)]
    log.hold(one)
    const lock = log.lock(other)
    publish()
    expect([1, 2, 3].map((serial) => stateOf(phone(serial)))).toEqual(['held', 'stolen', 'stolen'])
    log.release(other, lock)
    publish()
    expect([1, 2, 3].map((serial) => stateOf(phone(serial)))).toEqual(['held', 'held', 'released'])
  })

  test('is not blocked under a number that an ended hold had named by mistake', () => {
    const one = phone(1)
    const mistaken = { ...one, ids: { ...one.ids, imeis: phone(9).ids.imeis } }
    const hold = log.hold(mistaken)
    log.release(mistaken, hold, log.founding.intake)
    log.lock(one, { ctr: 3 })
    publish()
    expect(follower.refusedOrders).toBe(0)
    expect(stateOf(one)).toBe('stolen')
    expect(stateOf(phone(9))).toBe('released')
  })
})

describe('that a number has become black', () => {
  test('is told once for each lock, when it comes into force', () => {
    const one = phone(1, 2)
    const hold = log.hold(one)
    publish()
    expect(locked).toEqual([])
    const lock = log.lock(one, { of: hold.index, ctr: 2 })
    publish({ guardians: 1 })
    expect(locked).toEqual([])
    publish()
    const found = log.found(one, lock)
    publish()
    expect(locked).toEqual(one.ids.imeis)
    log.release(one, found)
    publish()
    log.lock(one, { ctr: found.ctr + 2 })
    publish()
    expect(locked).toEqual([...one.ids.imeis, ...one.ids.imeis])
  })

  test('is no news where another phone under it was locked before', () => {
    log.lock(phone(1, 2))
    publish()
    log.lock(phone(2, 3))
    publish()
    expect(locked).toEqual([1, 2, 3].map((serial) => phone(serial).imei))
  })
})

describe('quorum', () => {
  test('A59, A84: without the guardians a lock waits, and a release does not', () => {
    const [released, waiting] = [phone(1), phone(2)]
    const lock = log.lock(released)
    publish()
    log.release(released, lock)
    log.lock(waiting)
    publish({ guardians: 1 })
    expect(stateOf(released)).toBe('released')
    expect(stateOf(waiting)).toBeUndefined()
    expect(follower.waitingOrders).toBe(1)
    expect(follower.guardedSize).toBeLessThan(follower.size)
  })

  test('a guardian who comes late makes the waiting lock effective, without new entries', () => {
    const one = phone(1)
    log.lock(one)
    publish({ guardians: 0 })
    expect(stateOf(one)).toBeUndefined()
    follower.note(log.checkpoint())
    expect(stateOf(one)).toBe('stolen')
    expect(follower.guardedSize).toBe(log.size)
  })

  test('a guardian who comes late for an earlier tree makes only what that tree holds effective', () => {
    const [early, late] = [phone(1), phone(2)]
    log.lock(early)
    publish({ guardians: 0 })
    const size = log.size
    log.lock(late)
    publish({ guardians: 0 })
    follower.note(log.checkpoint({ size }))
    expect([stateOf(early), stateOf(late)]).toEqual(['stolen', undefined])
  })

  test('an earlier tree that was never compared moves nothing, whoever cosigned it', () => {
    const one = phone(1)
    log.lock(one)
    const size = log.size
    log.lock(phone(2))
    publish({ guardians: 0 })
    follower.note(log.checkpoint({ size, root: new Uint8Array(32).fill(3), guardians: 3 }))
    expect(stateOf(one)).toBeUndefined()
    expect(follower.guardedSize).toBe(0)
  })

  test('a lock and its release that become effective in the wrong order end released', () => {
    const one = phone(1)
    log.release(one, log.lock(one))
    publish({ guardians: 0 })
    expect(stateOf(one)).toBeUndefined()
    expect(follower.refusedOrders).toBe(1) // the release of a lock that is not in force
    follower.note(log.checkpoint())
    expect(stateOf(one)).toBe('released')
    expect(follower.refusedOrders).toBe(0)
  })

  test('without the witnesses nothing moves, whoever else signed', () => {
    log.lock(phone(1))
    publish({ witnesses: 1, guardians: 3 })
    expect(follower).toMatchObject({ size: 0, guardedSize: 0, isReady: false, treeSize: log.size })
    expect(covered).toEqual([])
    follower.note(log.checkpoint())
    expect(stateOf(phone(1))).toBe('stolen')
  })
})

describe('the law', () => {
  test('A52, A53: at the edge: an order above the cap is refused by the edge itself', () => {
    log = new EdgeLog({ capPerHour: 2 })
    fresh()
    for (const serial of [1, 2, 3]) log.lock(phone(serial))
    publish()
    expect([1, 2, 3].map((serial) => stateOf(phone(serial)))).toEqual([
      'stolen',
      'stolen',
      undefined,
    ])
    expect(follower.refusalOf(log.size - 1)).toBe('cap-exceeded')
    expect(follower.refusedOrders).toBe(1)
  })

  test('a lock with a wrong signature counts for nothing, and those after it do', () => {
    const { forceOrder, officers, intake } = log.founding
    const forged = { ...intake.signer, key: officers[1]!.signer.key }
    log.order(phone(1), { act: 'lock', ctr: 1, why: 1, auth: forceOrder.sub }, [
      forceOrder.signer,
      officers[0]!.signer,
      forged,
    ])
    log.lock(phone(2))
    publish()
    expect([1, 2].map((serial) => stateOf(phone(serial)))).toEqual([undefined, 'stolen'])
    expect(follower.refusalOf(log.size - 2)).toBe('signature')
    expect(follower.refusedOrders).toBe(1)
  })

  test("another order's opening points to nobody", () => {
    log.lock(phone(1))
    log.lock(phone(2))
    const opening = log.records.at(-2)!.opening
    log.records[log.size - 1] = { ...log.records.at(-1)!, opening }
    publish()
    expect([1, 2].map((serial) => stateOf(phone(serial)))).toEqual(['stolen', undefined])
    expect(follower.refusalOf(log.size - 1)).toBe('opening')
    expect(follower.refusedOrders).toBe(1)
  })

  test('bytes that are no entry do not stop the log', () => {
    log.append(new Uint8Array([0xff, 0x00]), null)
    log.lock(phone(1))
    publish()
    expect(stateOf(phone(1))).toBe('stolen')
  })
})

describe('A87: a feed that was tampered with', () => {
  const altered = (record: LogRecord): LogRecord => ({
    ...record,
    entry: record.entry.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  })

  test('an entry dropped', () => {
    log.lock(phone(1))
    const [first, , third] = log.records
    follower.receive(first!)
    expect(() => follower.receive(third!)).toThrow(refusal('feed-gap'))
    expect(() => follower.note(log.checkpoint())).toThrow(refusal('feed-gap'))
    expect(follower.size).toBe(0)
  })

  test('an entry doubled is taken once', () => {
    log.lock(phone(1))
    for (const record of log.records) for (const twice of [record, record]) follower.receive(twice)
    follower.note(log.checkpoint())
    feed()
    expect(follower.size).toBe(log.size)
    expect(stateOf(phone(1))).toBe('stolen')
  })

  test('entries reordered, under their own or under false indexes', () => {
    const [first, second, ...rest] = log.records
    expect(() => follower.receive(second!)).toThrow(refusal('feed-gap'))
    const swapped = [{ ...second!, index: 0 }, { ...first!, index: 1 }, ...rest]
    for (const record of swapped) follower.receive(record)
    expect(() => follower.note(log.checkpoint())).toThrow(refusal('not-consistent'))
    expect(follower.size).toBe(0)
  })

  test('an entry altered; dropped and fed again it heals', () => {
    log.lock(phone(1))
    for (const record of log.records)
      follower.receive(record.index === 3 ? altered(record) : record)
    expect(() => follower.note(log.checkpoint())).toThrow(refusal('not-consistent'))
    expect(follower.isReady).toBe(false)
    follower.dropQueue()
    publish()
    expect(stateOf(phone(1))).toBe('stolen')
  })

  test.each([
    ['of another log', () => new EdgeLog().checkpoint(), 'log-signature'],
    ['altered', () => log.checkpoint().replace(/\n\d+\n/, '\n9\n'), 'log-signature'],
    ['that is none', () => 'hello\n', 'note-malformed'],
    [
      'with a cosignature that does not verify',
      () =>
        log
          .checkpoint()
          .replace(/(witness1\S+ .{20})(.)/, (_, before: string, char: string) =>
            before.concat(char === 'A' ? 'B' : 'A'),
          ),
      'note-signature',
    ],
  ])('a checkpoint %s', (_, make, code) => {
    feed()
    expect(() => follower.note(make())).toThrow(refusal(code))
    expect(follower.size).toBe(0)
  })

  test('two roots for one size are a split view, and the end of this log', () => {
    publish()
    const size = log.size
    const other = log.checkpoint({ root: new Uint8Array(32).fill(7) })
    expect(() => follower.note(other)).toThrow(refusal('split-view'))
    expect(follower.splitView).toEqual([covered[0]!.notes[0], other])
    log.lock(phone(1))
    feed()
    expect(() => follower.note(log.checkpoint())).toThrow(refusal('split-view'))
    expect(follower.size).toBe(size)
  })

  test('two roots are a split view also before either was ours', () => {
    const roots = [1, 2].map((fill) => log.checkpoint({ root: new Uint8Array(32).fill(fill) }))
    feed()
    expect(() => follower.note(roots[0]!)).toThrow(refusal('not-consistent'))
    expect(() => follower.note(roots[1]!)).toThrow(refusal('split-view'))
  })
})

test('any order of arrival, doubled, with any cosigners, ends in the same register', () => {
  // number 12 is worn by two phones
  const [one, two, three, four] = [phone(1, 11), phone(2, 12), phone(3), phone(4, 12)]
  const serials = [1, 11, 2, 12, 3, 4, 5]
  const states = () => serials.map((serial) => stateOf(phone(serial)))
  const hold = log.hold(one)
  const lock = log.lock(two)
  log.lock(one, { of: hold.index, ctr: 2 })
  const found = log.found(two, lock)
  log.hold(three)
  log.release(two, found)
  log.hold(four)
  publish()
  const expected = ['stolen', 'stolen', 'released', 'held', 'held', 'held', undefined]
  expect(states()).toEqual(expected)

  const last = log.checkpoint()
  const step = fc.record({
    leaf: fc.nat({ max: log.size - 1 }),
    run: fc.integer({ min: 1, max: log.size }),
    size: fc.nat({ max: log.size }),
    witnesses: fc.nat({ max: 3 }),
    guardians: fc.nat({ max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      fresh()
      for (const { leaf, run, ...cosigned } of steps) {
        ignoringGaps(() => {
          for (const record of log.records.slice(leaf, leaf + run)) follower.receive(record)
        })
        ignoringGaps(() => follower.note(log.checkpoint(cosigned)))
      }
      feed()
      follower.note(last)
      expect(states()).toEqual(expected)
      expect(follower.refusedOrders).toBe(0)
    }),
    { numRuns: process.env['SLOW'] ? 100 : 10 },
  )
})

function ignoringGaps(work: () => void): void {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'feed-gap' })
  }
}
