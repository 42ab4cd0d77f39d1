/** Where and by whom a phone was met; a trace without a network says too little to be shared. */
export interface Trace {
  readonly at: number
  readonly country: string
  readonly network: string | null
  readonly reporter: string
}

/** What two phones have in common, as far as their sightings say. `apartMs`: between the nearest two. */
export type SharedTrace =
  | {
      readonly what: 'place'
      readonly country: string
      readonly network: string
      readonly apartMs: number
    }
  | { readonly what: 'peer'; readonly reporter: string; readonly apartMs: number }

const MINUTE = 60_000
/** Two phones in one network of one country within a day: carried together, perhaps. */
export const PLACE_MS = 24 * 60 * MINUTE
/** Two phones tried at one register within minutes: one hand after the other, perhaps. */
export const PEER_MS = 10 * MINUTE

/**
 * What two phones share, each thing once, by its nearest two traces. A lead, never proof: networks are large.
 * Symmetric.
 */
export function sharedTraces(
  mine: readonly Trace[],
  theirs: readonly Trace[],
): readonly SharedTrace[] {
  const nearest = new Map<string, SharedTrace>()
  const keep = (key: string, one: SharedTrace) => {
    const known = nearest.get(key)
    if (known === undefined || one.apartMs < known.apartMs) nearest.set(key, one)
  }
  for (const a of mine)
    for (const b of theirs) {
      const apartMs = Math.abs(a.at - b.at)
      const { country, network, reporter } = a
      if (network === null || b.network === null) continue
      if (country === b.country && network === b.network && apartMs <= PLACE_MS)
        keep(`place ${country} ${network}`, { what: 'place', country, network, apartMs })
      if (reporter === b.reporter && apartMs <= PEER_MS)
        keep(`peer ${reporter}`, { what: 'peer', reporter, apartMs })
    }
  return [...nearest.values()]
}
