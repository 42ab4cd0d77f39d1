/** A network, by where it stands: ISO 3166 country, PLMN. */
export interface Place {
  readonly country: string
  readonly network: string
}

/** The least time from one network to the other, in seconds; 0 where a phone may see both at once. */
export type TravelSeconds = (from: Place, to: Place) => number

/** No two of the world's regions that do not touch are closer by air. */
const BETWEEN_REGIONS = 3_600

/** The longest that `travelByRegion` ever says, in seconds. */
export const MOST_TRAVEL_SECONDS = BETWEEN_REGIONS

/**
 * Regions that touch, by the first digit of a mobile country code (ITU-T E.212 annex A): 2 Europe,
 * 3 North America and the Caribbean, 4 Asia, 5 South-East Asia and Oceania, 6 Africa, 7 South and
 * Central America. Within one, and across a border, nothing is said: people live on both sides.
 */
const TOUCHING = new Set(['24', '26', '37', '45', '46'])

/** What can be said of any two networks without a map: rarely something, and then surely. */
export const travelByRegion: TravelSeconds = (from, to) => {
  const [a, b] = [from.network[0]!, to.network[0]!].toSorted()
  const areRegions = [a, b].every((digit) => digit! >= '2' && digit! <= '7')
  if (!areRegions || a === b || TOUCHING.has(`${a}${b}`)) return 0
  return BETWEEN_REGIONS
}
