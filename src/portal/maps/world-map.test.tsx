import { expect, it } from 'vitest'
import { Assets } from '../assets.ts'
import { Frame } from '../frame.tsx'
import { DEMONSTRATION } from '../theme.ts'
import { WorldMap } from './world-map.tsx'
import { worldOf } from './world.ts'

const world = worldOf(new Frame(DEMONSTRATION, new Assets()))

const drawn = (marks: readonly { country: string; count: number }[]): string => {
  const texts = marks.map((mark) => ({ ...mark, text: mark.country }))
  const written: { toString(): string } = (
    <WorldMap world={world} marks={texts} title="Phones by country" id="map" />
  )
  return written.toString()
}

it('every country that phones are traded in has its place, small ones too, and where it is', () => {
  for (const code of ['GB', 'CN', 'HK', 'SG', 'DZ', 'AE', 'BR', 'JP', 'US', 'FR', 'MT', 'NG'])
    expect(world.places[code], code).toBeDefined()
  const [gb, fr, us, au] = ['GB', 'FR', 'US', 'AU'].map((code) => world.places[code]!)
  expect(us![0]).toBeLessThan(gb![0])
  expect(gb![1]).toBeLessThan(fr![1])
  expect(fr![1]).toBeLessThan(au![1])
})

it('largest first, so that no small circle is hidden; an unknown code is left to the table', () => {
  const html = drawn([
    { country: 'FR', count: 5 },
    { country: 'CN', count: 50 },
    { country: 'XX', count: 9 },
  ])
  const radii = [...html.matchAll(/ r="(\d+)"/g)].map(([, r]) => Number(r))
  expect(radii).toHaveLength(2)
  expect(radii[0]).toBeGreaterThan(radii[1]!)
  expect(html).not.toContain('XX')
})

it('is a picture with a name, from this host alone, with nothing inline', () => {
  const html = drawn([{ country: 'CN', count: 50 }])
  expect(html).toMatch(/role="img" aria-labelledby="map"/)
  expect(html).toContain('<title id="map">Phones by country</title>')
  expect(html).toMatch(/<image href="\/assets\/world-[0-9a-f]+\.svg"/)
  expect(html).not.toMatch(/style=|https?:/)
})
