/** Below it a number may point to a person. */
export const LEAST = 5

/** A count as it may be shown; null: there are a few, or what is shown beside it would tell. */
export type Shown = number | null

const isSmall = (value: number) => value > 0 && value < LEAST

export const shown = (value: number): Shown => (isSmall(value) ? null : value)

/**
 * A whole and two parts of it. If one of the three is small, subtraction from the others narrows it down: then both
 * parts stay hidden. A small whole hides them as well, since it bounds them.
 */
export function shownParts(whole: number, parts: readonly [number, number]) {
  const hides = isSmall(whole) || parts.some((part) => isSmall(part))
  const rest = whole - parts[0] - parts[1]
  const areHidden = hides || isSmall(rest)
  return {
    whole: shown(whole),
    parts: parts.map((part) => (areHidden ? null : part)) as [Shown, Shown],
  }
}

export interface Group {
  /** Null: all others together. */
  readonly name: string | null
  readonly count: number
}

/**
 * Counts by name, largest first. Whoever has fewer than five is counted among the others, and the smallest
 * of the rest with them. So the total stays true, and no small number
 * is left over by subtraction. Null: all together they are too few to be shown.
 */
export function grouped(counts: Readonly<Record<string, number>>): readonly Group[] | null {
  const all = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({ name, count }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  const named = all.filter(({ count }) => count >= LEAST)
  const others = all.slice(named.length)
  const sum = () => others.reduce((total, { count }) => total + count, 0)
  // One that is not small hides among them always: two at four would be told by their sum of eight.
  // All that are as small: which of two equals was taken would tell something too.
  const least = named.at(-1)?.count
  while (others.length > 0 && least !== undefined && named.at(-1)?.count === least)
    others.push(named.pop()!)
  if (others.length === 0) return named
  if (sum() < LEAST) return null
  return [...named, { name: null, count: sum() }]
}
