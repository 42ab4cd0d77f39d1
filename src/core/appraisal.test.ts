import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  appraise,
  isOneStore,
  type Appraisable,
  type Appraised,
  type SeenBoot,
} from './appraisal.ts'
import { parseImei14 } from './imei.ts'

const enrolled = [parseImei14('00101701000001')]
const lastBoot: SeenBoot = { count: 5, seed: bytes(32, 5), at: 1_000 }
const good: Appraisable = {
  bootVerified: true,
  bootCount: 6,
  bootSeed: bytes(32, 6),
  imeis: enrolled,
}
const free: Appraised = {
  state: 'protected',
  numbers: [undefined],
  lastBoot,
  askedAt: 2_000,
  enrolled,
}
const outcome = (eat: Partial<Appraisable>, found: Partial<Appraised> = {}) =>
  codeOf(() => appraise({ ...good, ...eat }, { ...free, ...found }))

describe('the appraisal of a phone that wants to be set up', () => {
  const copy = { bootCount: 5, bootSeed: bytes(32, 6) }
  const foreign = { imeis: [parseImei14('00101701000002')] }
  const open = { bootVerified: false }

  it('A07 A08 A12 A18: says the first failure of docs/spec/device-protocol.md §5', () => {
    expect(outcome({})).toBe('accepted')
    const all = { ...copy, ...foreign, ...open }
    expect(outcome(all, { state: 'stolen' })).toBe('activation-refused')
    expect(outcome(all, { numbers: [undefined, 'stolen'] })).toBe('activation-refused')
    expect(outcome(all)).toBe('identity-conflict')
    expect(outcome({ ...foreign, ...open })).toBe('imei-mismatch')
    expect(outcome(open)).toBe('boot-state-unverified')
  })

  it.each([
    ['the same boot asks again', { bootCount: 5, bootSeed: bytes(32, 5) }, {}, 'accepted'],
    ['a count that another boot had', copy, {}, 'identity-conflict'],
    ['a count that was passed', { bootCount: 4 }, {}, 'identity-conflict'],
    [
      'what was asked for before the next boot was seen',
      { bootCount: 4 },
      { askedAt: 999 },
      'token-nonce',
    ],
    ['two of one count are two, however late', copy, { askedAt: 999 }, 'identity-conflict'],
    ['nobody seen before', { bootCount: 0 }, { lastBoot: null }, 'accepted'],
  ] as const)('A18: %s', (_, eat, found, code) => {
    expect(outcome(eat, found)).toBe(code)
  })
})

/** A phone as the law sees it: it keeps its count before it asks, in two places of which one may be lost. */
class Store {
  record = 0
  boots = 0
  count = 0
  seed = 0
  boot(draw: () => number) {
    this.count = Math.max(this.record, this.boots) + 1
    this.seed = draw()
  }
  keep(recordTakes: boolean) {
    if (recordTakes) this.record = this.count
    this.boots = this.count
  }
  copied(): Store {
    return Object.assign(new Store(), this)
  }
}

class Registry {
  seen: SeenBoot | null = null
  now = 0
  ask({ count, seed }: Store, askedAt = ++this.now): string {
    const boot = { bootCount: count, bootSeed: Uint8Array.of(seed >> 8, seed & 255) }
    const before = this.seen
    const at = ++this.now
    if (before === null || isOneStore(boot, before)) this.seen = { count, seed: boot.bootSeed, at }
    return outcome(boot, { lastBoot: before, askedAt })
  }
}

type Step =
  'boot' | 'ask' | 'ask twice' | 'wipe' | 'lose record' | 'lose boots' | 'record full' | 'late'
const STEPS: readonly Step[] = [
  'boot',
  'ask',
  'ask twice',
  'wipe',
  'lose record',
  'lose boots',
  'record full',
  'late',
]
/** Power may be cut between any two of them; what is cut is then a boot without the rest. */
const steps = fc.array(fc.constantFrom(...STEPS), { maxLength: 60 })

function live(run: readonly Step[]) {
  let drawn = 0
  const draw = () => ++drawn
  const store = new Store()
  const registry = new Registry()
  const answers: string[] = []
  let takes = true
  store.boot(draw)
  for (const step of run) {
    switch (step) {
      case 'wipe': // erases nothing of the secure store
        break
      case 'boot':
        store.boot(draw)
        break
      case 'lose record':
        // Nothing is lost twice without a boot between that mends it.
        if (store.boots >= store.record) store.record = 0
        store.boot(draw)
        store.keep(true)
        break
      case 'lose boots':
        if (store.record >= store.boots) store.boots = 0
        store.boot(draw)
        store.keep(true)
        break
      case 'record full':
        takes = !takes
        break
      case 'late': {
        // Sent, then the power failed; it arrives after the next boot has asked.
        store.keep(takes)
        const askedAt = ++registry.now
        const earlier = store.copied()
        store.boot(draw)
        store.keep(takes)
        answers.push(registry.ask(store))
        expect(registry.ask(earlier, askedAt)).toBe('token-nonce')
        break
      }
      case 'ask twice':
        store.keep(takes)
        answers.push(registry.ask(store), registry.ask(store))
        break
      case 'ask':
        store.keep(takes)
        answers.push(registry.ask(store))
    }
  }
  return { store, registry, answers, draw }
}

describe('A18: one store and its copy', () => {
  it('no boot, reset, retry, power cut or lost record of an honest phone is ever refused', () => {
    fc.assert(
      fc.property(steps, (run) => {
        expect(live(run).answers.filter((code) => code !== 'accepted')).toEqual([])
      }),
    )
  })

  it('a copy put back is caught when it next asks, unless it has booted more often than its original', () => {
    const boots = fc.integer({ min: 1, max: 5 })
    fc.assert(
      fc.property(steps, boots, boots, (run, mine, its) => {
        const { store, registry, draw } = live(run)
        store.keep(true)
        const copy = store.copied()
        for (let i = 0; i < mine; i++) {
          store.boot(draw)
          store.keep(true)
        }
        expect(registry.ask(store)).toBe('accepted')
        for (let i = 0; i < its; i++) {
          copy.boot(draw)
          copy.keep(true)
        }
        expect(registry.ask(copy)).toBe(its > mine ? 'accepted' : 'identity-conflict')
        // Then it is the other one that is caught.
        expect(registry.ask(store)).toBe(its > mine ? 'identity-conflict' : 'accepted')
      }),
    )
  })
})
