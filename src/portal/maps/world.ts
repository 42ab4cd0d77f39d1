import { z } from 'zod'
import type { Frame } from '../frame.tsx'

const Places = z.record(z.string(), z.tuple([z.number(), z.number()]))

/** The picture that `scripts/world-map.mjs` makes, and where in it a country lies. */
export interface World {
  readonly picture: string
  readonly places: Readonly<Record<string, readonly [number, number]>>
}

export function worldOf(frame: Frame): World {
  return {
    picture: frame.asset('world.svg'),
    places: Places.parse(JSON.parse(frame.textOf('world-places.json'))),
  }
}
