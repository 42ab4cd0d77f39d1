import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PEER_MS, PLACE_MS, sharedTraces, type Trace } from './shared-traces.ts'

const at = (ms: number, changes: Partial<Trace> = {}): Trace => ({
  at: ms,
  country: 'ZZ',
  network: '00101',
  reporter: 'zz.operator',
  ...changes,
})

describe('P1.1: what two phones share', () => {
  test('a place within a day, and a register within minutes; each once, by the nearest two', () => {
    expect(sharedTraces([at(0), at(PLACE_MS)], [at(PLACE_MS + 5)])).toEqual([
      { what: 'place', country: 'ZZ', network: '00101', apartMs: 5 },
      { what: 'peer', reporter: 'zz.operator', apartMs: 5 },
    ])
    expect(sharedTraces([at(0)], [at(PLACE_MS)])).toHaveLength(1)
    expect(sharedTraces([at(0)], [at(PLACE_MS + 1)])).toEqual([])
    const apart = { network: '00102' }
    expect(sharedTraces([at(0)], [at(PEER_MS, apart)])).toHaveLength(1)
    expect(sharedTraces([at(0)], [at(PEER_MS + 1, apart)])).toEqual([])
  })

  test('the same network in another country, or no network at all, is no place', () => {
    const other = { country: 'ZY', reporter: 'zy.operator' }
    expect(sharedTraces([at(0)], [at(0, other)])).toEqual([])
    const told = { network: null, reporter: 'registry' }
    expect(sharedTraces([at(0, told)], [at(0, told)])).toEqual([])
  })

  test('is the same from both sides', () => {
    const trace = fc.record({
      at: fc.integer({ min: 0, max: 2 * PLACE_MS }),
      country: fc.constantFrom('ZZ', 'ZY'),
      network: fc.constantFrom('00101', '00102', null),
      reporter: fc.constantFrom('zz.operator', 'zy.operator', 'registry'),
    })
    const key = (one: unknown) => JSON.stringify(one)
    fc.assert(
      fc.property(fc.array(trace), fc.array(trace), (a, b) => {
        const [there, back] = [sharedTraces(a, b), sharedTraces(b, a)].map((links) =>
          links.map(key).toSorted(),
        )
        expect(there).toEqual(back)
      }),
    )
  })
})
