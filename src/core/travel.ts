import { COUNTRY_CIRCLES } from './country-circles.ts'

/** A network, by where it stands: ISO 3166 country, PLMN. */
export interface Place {
  readonly country: string
  readonly network: string
}

/** The least time from one network to the other, in seconds; 0 where a phone may see both at once. */
export type TravelSeconds = (from: Place, to: Place) => number

interface Circle {
  /** Unit vector to its middle. */
  readonly at: readonly [number, number, number]
  readonly km: number
}

const EARTH_KM = 6_371
/** An airliner with the strongest wind behind it, and no time on the ground. */
const KM_PER_HOUR = 1_300
/** Radio reaches beyond a border, and the clocks of two operators differ. */
const NEAR_KM = 300

const CIRCLES: ReadonlyMap<string, readonly Circle[]> = new Map(
  Object.entries(COUNTRY_CIRCLES).map(([country, text]) => [
    country,
    text.split(', ').map((circle) => circleOf(circle.split(' ').map(Number))),
  ]),
)

/** No way on earth is longer, in seconds. */
export const MOST_TRAVEL_SECONDS = secondsFor(Math.PI * EARTH_KM)

/**
 * What the positions of two countries say, without a map of networks: the least distance between them at
 * a speed that nobody has. So it is rarely something, and then surely. Within a country, or where one is
 * not known, nothing.
 */
export const travelByCountry: TravelSeconds = (from, to) => {
  const [here, there] = [CIRCLES.get(from.country), CIRCLES.get(to.country)]
  if (from.country === to.country || here === undefined || there === undefined) return 0
  const gaps = here.flatMap((a) => there.map((b) => EARTH_KM * angle(a, b) - a.km - b.km))
  return secondsFor(Math.min(...gaps))
}

function secondsFor(km: number): number {
  return Math.floor((Math.max(0, km - NEAR_KM) / KM_PER_HOUR) * 3_600)
}

function angle({ at: [x, y, z] }: Circle, { at: [u, v, w] }: Circle): number {
  return Math.acos(Math.min(1, x * u + y * v + z * w))
}

function circleOf([latitude, longitude, km]: readonly number[]): Circle {
  const [lat, lon] = [latitude!, longitude!].map((degrees) => (degrees * Math.PI) / 180)
  const at = [
    Math.cos(lat!) * Math.cos(lon!),
    Math.cos(lat!) * Math.sin(lon!),
    Math.sin(lat!),
  ] as const
  return { at, km: km! }
}
