import { describe, expect, it } from 'vitest'
import { COUNTRY_CIRCLES } from './country-circles.ts'
import { MOST_TRAVEL_SECONDS, travelByCountry } from './travel.ts'

const minutes = (from: string, to: string) =>
  travelByCountry({ country: from, network: '00101' }, { country: to, network: '99901' }) / 60

describe('the way between countries', () => {
  it.each([
    ['GB', 'CN', 150, 240],
    ['GB', 'AE', 150, 240],
    ['GB', 'NG', 60, 120],
    ['PT', 'FI', 60, 120],
    ['NZ', 'ES', 600, 900],
  ])('%s to %s: never more than the fastest flight, and something', (from, to, least, most) => {
    expect(minutes(from, to)).toBeGreaterThan(least)
    expect(minutes(from, to)).toBeLessThan(most)
    expect(minutes(to, from)).toBe(minutes(from, to))
  })

  it.each([
    ['GB', 'FR'],
    ['GB', 'IE'],
    ['ES', 'MA'], // across a strait
    ['IT', 'TN'],
    ['US', 'RU'],
    ['FR', 'BR'], // by Guiana, whose operators may call it France
    ['CN', 'HK'],
    ['SG', 'MY'],
    ['IN', 'PK'],
    ['KR', 'JP'],
    ['FJ', 'TO'], // across the date line
    ['GB', 'GB'],
  ])('%s to %s: nothing is said', (from, to) => expect(minutes(from, to)).toBe(0))

  it('is not known of countries that nobody has', () => {
    for (const country of ['ZZ', 'XA', 'XB', '', 'toString'])
      expect([minutes(country, 'GB'), minutes('NZ', country)]).toEqual([0, 0])
  })

  it('is never longer than once round half the earth', () => {
    const countries = Object.keys(COUNTRY_CIRCLES)
    const longest = Math.max(...countries.map((to) => minutes('NZ', to)))
    expect(longest).toBeGreaterThan(600)
    expect(longest * 60).toBeLessThanOrEqual(MOST_TRAVEL_SECONDS)
    expect(MOST_TRAVEL_SECONDS).toBeLessThan(86_400)
  })

  it('has circles on the globe for each country', () => {
    for (const [country, text] of Object.entries(COUNTRY_CIRCLES)) {
      expect(country).toMatch(/^[A-Z]{2}$/)
      for (const circle of text.split(', ')) {
        const [latitude, longitude, km] = circle.split(' ').map(Number)
        expect(Math.abs(latitude!)).toBeLessThanOrEqual(90)
        expect(Math.abs(longitude!)).toBeLessThanOrEqual(180)
        expect(km).toBeGreaterThanOrEqual(50)
        expect(km).toBeLessThan(1_100)
      }
    }
  })
})
