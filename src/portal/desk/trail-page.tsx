import type { CaseTrail, SeenAt } from '../../registry/index.ts'
import { countryName } from '../country-name.ts'
import { Tag } from '../look/tag.tsx'
import { WideTable } from '../look/table.tsx'
import { InsetText } from '../look/text.tsx'
import { Timeline, type TimelineItem } from '../look/timeline.tsx'
import { WorldMap } from '../maps/world-map.tsx'
import type { World } from '../maps/world.ts'
import { When, whenWords } from '../when.tsx'
import { ACT_WORDS, HOW_WORDS, RESTS_WORDS, isAttested } from './trail-words.ts'

const HEAD = ['When', 'Country', 'Network', 'How', 'Answer', 'Standing', 'Rests on'].map(
  (content) => ({ content }),
)

/** Every sighting of a case: on a line, on a map, in a table; each says whether it is a claim. */
export function TrailPage({ trail, world }: { readonly trail: CaseTrail; readonly world: World }) {
  const { case: found, seen } = trail
  return (
    <>
      <h1 class="govuk-heading-l">
        {'Where the phone of '}
        <bdi>{found.crimeReference}</bdi>
        {' surfaced'}
      </h1>
      <InsetText>
        Country and network, nothing finer. Attested means that a register signed it, or the phone
        proved its key. A claim is the word of whoever asked. One sighting alone proves nothing.
      </InsetText>
      {seen.length === 0 ? (
        <p class="govuk-body">Nowhere yet.</p>
      ) : (
        <>
          <WorldMap
            id="map-trail"
            title="Sightings by country; the table below has each of them"
            world={world}
            marks={byCountry(seen)}
          />
          <WideTable
            label="Sightings"
            caption="Sightings, newest first"
            head={HEAD}
            rows={seen.map((one) => [
              { content: <When ms={one.at} /> },
              { content: countryName(one.country) },
              { content: one.network ?? 'Not told' },
              { content: HOW_WORDS[one.how] ?? one.how },
              { content: one.verdict },
              { content: <Standing seen={one} /> },
              { content: restsOn(one) },
            ])}
          />
          <p class="govuk-body-s">
            <a class="govuk-link" href={`/desk/case/${found.id}/sightings.csv`}>
              The sightings as CSV
            </a>
          </p>
        </>
      )}
      <h2 class="govuk-heading-m">In order</h2>
      <Timeline items={lineOf(trail)} headingLevel={3} />
    </>
  )
}

/** For a spreadsheet: the same rows as the table. */
export const trailTable = ({ seen }: CaseTrail): readonly (readonly string[])[] => [
  ['at', 'country', 'network', 'how', 'answer', 'standing', 'rests_on', 'reporter'],
  ...seen.map((one) => [
    new Date(one.at).toISOString(),
    one.country,
    one.network ?? '',
    one.how,
    one.verdict,
    isAttested(one) ? 'attested' : 'claim',
    one.restsOn,
    one.reporter,
  ]),
]

function Standing({ seen }: { readonly seen: SeenAt }) {
  return isAttested(seen) ? <Tag>Attested</Tag> : <Tag classes="govuk-tag--grey">Claim</Tag>
}

function restsOn(one: SeenAt) {
  return one.restsOn === 'register' ? (
    <>
      Signed by <bdi>{one.reporter}</bdi>
    </>
  ) : (
    RESTS_WORDS[one.restsOn]
  )
}

function byCountry(seen: readonly SeenAt[]) {
  const counts = new Map<string, number>()
  for (const { country } of seen) counts.set(country, (counts.get(country) ?? 0) + 1)
  return [...counts].map(([country, count]) => ({
    country,
    count,
    text: `${countryName(country)}: ${count}`,
  }))
}

function lineOf({ case: found, seen, orders }: CaseTrail): readonly TimelineItem[] {
  const items = [
    { at: found.at, title: 'Case opened' },
    ...orders.map(({ act, at, leaf }) => ({
      at,
      title: ACT_WORDS[act],
      description: (
        <a class="govuk-link" href={`/entry/${leaf}`}>
          Entry {leaf} of the public log
        </a>
      ),
    })),
    ...seen.map((one) => ({
      at: one.at,
      title: `Seen in ${countryName(one.country)}`,
      description: (
        <>
          {HOW_WORDS[one.how] ?? one.how}
          {one.network === null ? '' : `, network ${one.network}`}
          {': '}
          <Standing seen={one} />
        </>
      ),
    })),
  ]
  return items
    .toSorted((a, b) => b.at - a.at)
    .map(({ at, ...item }) => ({
      ...item,
      at: { timestamp: new Date(at).toISOString(), words: whenWords(at) },
    }))
}
