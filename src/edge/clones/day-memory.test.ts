import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseImei14 } from '../../core/index.ts'
import { DayMemory } from './day-memory.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const phone = (serial: number) => parseImei14(`00101701${String(serial).padStart(6, '0')}`)

test('what was noted comes back, newest hour first, and is one thing within an hour', () => {
  let now = 100 * DAY
  const memory = new DayMemory<number[]>(10, () => now)
  const push = (value: number) => memory.note(phone(1), [...(memory.here(phone(1)) ?? []), value])
  push(1)
  push(2)
  now += HOUR
  push(3)
  expect(memory.recall(phone(1))).toEqual([[3], [1, 2]])
  expect(memory.recall(phone(2))).toEqual([])
  memory.revise(phone(1), (values) => (values.includes(3) ? null : values.slice(1)))
  expect(memory.recall(phone(1))).toEqual([[2]])
  memory.revise(phone(1), () => null)
  memory.revise(phone(2), () => [9])
  expect(memory.size).toBe(0)
})

test('A65 nothing is kept for longer than a day, whoever asks or does not', () => {
  const event = fc.record({
    after: fc.integer({ min: 0, max: 10 * HOUR }),
    serial: fc.integer({ min: 0, max: 5 }),
  })
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (events, most) => {
        let now = 100 * DAY
        const memory = new DayMemory<number[]>(most, () => now)
        for (const { after, serial } of events) {
          now += after
          memory.note(phone(serial), [...(memory.here(phone(serial)) ?? []), now])
          for (let i = 0; i <= 5; i++)
            for (const at of memory.recall(phone(i)).flat()) expect(now - at).toBeLessThan(DAY)
          expect(memory.size).toBeLessThanOrEqual(most)
          expect(memory.recall(phone(serial)).flat()).toContain(now)
        }
        now += DAY
        memory.sweep()
        expect(memory.size).toBe(0)
      },
    ),
  )
})

test('when it is full the oldest hour goes, then the oldest phone', () => {
  let now = 100 * DAY
  const memory = new DayMemory<true>(3, () => now)
  const note = (serial: number) => memory.note(phone(serial), true)
  const kept = () => [1, 2, 3, 4, 5, 6].filter((serial) => memory.recall(phone(serial)).length > 0)
  note(1)
  note(2)
  now += HOUR
  note(3)
  note(4)
  expect(kept()).toEqual([3, 4])
  note(5)
  note(6)
  expect(kept()).toEqual([4, 5, 6])
})

test('A65 what was noted by a clock that was wrong by days is not kept until they have passed', () => {
  let now = 100 * DAY
  const memory = new DayMemory<true>(3, () => now)
  now += 400 * DAY
  memory.note(phone(1), true)
  now -= 400 * DAY
  memory.sweep()
  expect(memory.size).toBe(0)
  memory.note(phone(2), true)
  now += DAY
  expect(memory.recall(phone(2))).toEqual([])
})

test('a clock that goes back by hours loses nothing', () => {
  let now = 100 * DAY
  const memory = new DayMemory<true>(3, () => now)
  memory.note(phone(1), true)
  now -= 2 * HOUR
  memory.note(phone(2), true)
  expect(memory.size).toBe(2)
})
