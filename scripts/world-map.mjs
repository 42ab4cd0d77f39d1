// The world as one picture, and where in it each country lies. Made from public-domain outlines (Natural
// Earth), so that no page asks a tile server, which would learn who looks at what.
import { readFileSync } from 'node:fs'
import { geoCentroid, geoNaturalEarth1, geoPath } from 'd3-geo'
import { iso31661NumericToAlpha2 } from 'iso-3166'
import { feature } from 'topojson-client'

const WIDTH = 960
const HEIGHT = 480
const ANTARCTICA = '010'
const read = (name) =>
  JSON.parse(readFileSync(new URL(import.meta.resolve(`world-atlas/${name}`)), 'utf8'))

/** The centre of a country's largest piece: of all of France it would lie in the sea. */
function middleOf({ type, coordinates }) {
  const pieces = type === 'Polygon' ? [coordinates] : coordinates
  const [largest] = pieces.toSorted((a, b) => b[0].length - a[0].length)
  return geoCentroid({ type: 'Polygon', coordinates: largest })
}

/** @returns an SVG of 960 × 480, and by country code its place in it */
export function worldMap() {
  const coarse = read('countries-110m.json')
  const countries = feature(coarse, coarse.objects.countries)
  // No phone was ever snatched there, and it takes a fifth of the height.
  countries.features = countries.features.filter(({ id }) => id !== ANTARCTICA)
  const projection = geoNaturalEarth1().fitExtent(
    [
      [4, 4],
      [WIDTH - 4, HEIGHT - 4],
    ],
    countries,
  )
  const path = geoPath(projection).digits(1)
  const outlines = countries.features.map((country) => path(country)).join('')
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    `<path d="${outlines}" fill="#dfe3e6" stroke="#ffffff" stroke-width=".7"/></svg>`
  // Finer outlines know small countries too.
  const fine = read('countries-50m.json')
  const places = {}
  for (const { id, geometry } of feature(fine, fine.objects.countries).features) {
    const code = iso31661NumericToAlpha2[id]
    const at = code && projection(middleOf(geometry))
    if (at) places[code] = at.map((value) => Math.round(value))
  }
  return { svg, places }
}
