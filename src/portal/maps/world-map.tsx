import type { World } from './world.ts'

/** Something in a country: how much of it, and what is written beside it. */
export interface Mark {
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly count: number
  readonly text: string
}

const WIDTH = 960
const HEIGHT = 480
const LARGEST = 34
const SMALLEST = 7
const MOST_NAMED = 8

/**
 * Circles on a map of the world, the area by the count. The table beside it says the same: not every place is on a
 * map, and not everybody sees one.
 */
export function WorldMap({
  world,
  marks,
  title,
  id,
}: {
  readonly world: World
  readonly marks: readonly Mark[]
  readonly title: string
  readonly id: string
}) {
  const most = Math.max(1, ...marks.map(({ count }) => count))
  const placed = marks
    .flatMap((mark) => {
      const at = world.places[mark.country]
      return at ? [{ ...mark, x: at[0], y: at[1] }] : []
    })
    .toSorted((a, b) => b.count - a.count)
  return (
    <svg class="app-map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
      <title id={id}>{title}</title>
      <image href={world.picture} width={WIDTH} height={HEIGHT} />
      {placed.map(({ x, y, count }) => (
        <circle cx={x} cy={y} r={radius(count / most)} />
      ))}
      {placed.slice(0, MOST_NAMED).map(({ x, y, count, text }) => (
        <text x={Math.min(WIDTH - 60, x + radius(count / most) + 4)} y={y + 6}>
          {text}
        </text>
      ))}
    </svg>
  )
}

const radius = (share: number) => Math.round(SMALLEST + Math.sqrt(share) * (LARGEST - SMALLEST))
