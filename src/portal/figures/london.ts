/** One number as somebody published it. Numbers of different series are never put on one line. */
export interface PublishedFigure {
  readonly series: string
  readonly area: string
  /** As precisely as the source says: a year, a month or a day. */
  readonly from: string
  readonly to: string
  readonly value: number
  readonly precision: 'exact' | 'about'
  readonly sources: readonly (keyof typeof SOURCES)[]
}

/** Reports on the International Mobile Phone Crime Conference, London, March 2026. */
export const SOURCES = { L: 'LBC, March 2026', M: 'Daily Mail, March 2026' } as const

const LONDON = 'London without the City'

/** What is counted, in our words. */
export const SERIES = {
  'foi-stolen': 'Phones stolen, as answered to a request for information.',
  'foi-recovered': 'Of those, phones that police got back. It does not say that owners have them.',
  'foi-not-recovered': 'Of those, phones that police did not get back.',
  'met-recorded': 'Phone thefts that the Metropolitan Police recorded, as told in February 2026.',
  'met-person':
    'Offences of theft from the person in which a phone was taken, from the website of the Metropolitan Police.',
  'met-robbery': 'Robberies in which a phone was taken, from the same website.',
} as const

type Series = keyof typeof SERIES

const rows = (
  series: Series,
  sources: PublishedFigure['sources'],
  values: readonly (readonly [from: string, to: string, value: number])[],
): readonly PublishedFigure[] =>
  values.map(([from, to, value]) => ({
    series,
    area: LONDON,
    from,
    to,
    value,
    precision: 'exact' as const,
    sources,
  }))

const year = (of: number, value: number) => [String(of), String(of), value] as const

/** The data set we ship. */
export const LONDON_FIGURES: readonly PublishedFigure[] = [
  ...rows('foi-stolen', ['L', 'M'], [['2017', '2024-02-27', 587_498]]),
  ...rows('foi-recovered', ['L', 'M'], [['2017', '2024-02-27', 13_998]]),
  ...rows('foi-not-recovered', ['L', 'M'], [['2017', '2024-02-27', 573_500]]),
  ...rows('met-recorded', ['M'], [year(2024, 81_365), year(2025, 71_391)]),
  ...rows('met-person', ['M'], [year(2023, 52_820), year(2024, 70_249), year(2025, 61_292)]),
  ...rows('met-robbery', ['M'], [year(2023, 14_326), year(2024, 11_125), year(2025, 10_207)]),
]

/** The one number of a series that begins then. */
export function published(series: Series, from: string): number {
  const found = LONDON_FIGURES.find((row) => row.series === series && row.from === from)
  if (!found) throw new Error(`no figure ${series} ${from}`)
  return found.value
}

/** What follows from the numbers above; computed, never typed. */
export function derivedFigures() {
  const stolen = published('foi-stolen', '2017')
  const byOffence = (of: string) => published('met-person', of) + published('met-robbery', of)
  const recorded = (of: string) => published('met-recorded', of)
  return {
    recoveredShare: published('foi-recovered', '2017') / stolen,
    byOffence: ['2023', '2024', '2025'].map((of) => ({ year: of, value: byOffence(of) })),
    recordedChange: recorded('2025') - recorded('2024'),
    recordedChangeShare: recorded('2025') / recorded('2024') - 1,
    /** By offence less recorded: two series, two ways to count. */
    apart: ['2024', '2025'].map((of) => ({ year: of, value: byOffence(of) - recorded(of) })),
  }
}
