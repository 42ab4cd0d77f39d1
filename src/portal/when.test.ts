import { describe, expect, it } from 'vitest'
import { dayBounds } from './when.tsx'

describe('a day as the pages show days', () => {
  it('begins and ends at midnight in London, also when its clock changes', () => {
    const at = (day: string) => {
      const bounds = dayBounds(day)!
      return [bounds.from, bounds.until].map((ms) => new Date(ms).toISOString())
    }
    expect(at('2026-02-06')).toEqual(['2026-02-06T00:00:00.000Z', '2026-02-07T00:00:00.000Z'])
    expect(at('2026-07-01')).toEqual(['2026-06-30T23:00:00.000Z', '2026-07-01T23:00:00.000Z'])
    expect(at('2026-03-29')).toEqual(['2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'])
    expect(at('2026-10-25')).toEqual(['2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'])
  })

  it('is a day of the calendar, or none', () => {
    for (const text of ['', '2026-02-30', '2026-2-6', '06.02.2026', '2026-13-01', '2026-02-06T00'])
      expect(dayBounds(text), text).toBeNull()
    expect(dayBounds('2028-02-29')).not.toBeNull()
  })
})
