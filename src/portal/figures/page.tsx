import { countryName } from '../country-name.ts'
import { WideTable } from '../look/table.tsx'
import { Bars } from './bars.tsx'
import { LONDON_FIGURES, SERIES, SOURCES, derivedFigures } from './london.ts'
import type { LogRow } from './log-table.ts'
import { Conformance, type ConformanceRow } from './conformance.tsx'
import { WorldMap } from '../maps/world-map.tsx'
import type { World } from '../maps/world.ts'
import type { Group, Shown } from './small-numbers.ts'

/** Everything the page shows beside what it ships. */
export interface AllFigures {
  readonly rows: readonly LogRow[]
  readonly size: number
  /** Log time of the last entry, UTC. */
  readonly until: string
  readonly countries: readonly Group[] | null
  readonly registers: readonly {
    readonly operator: string
    readonly register: string
    readonly locks: Shown
    readonly p50Ms: number | null
    readonly p99Ms: number | null
    readonly behind: number
  }[]
  readonly appeals: readonly {
    readonly force: string
    readonly asked: Shown
    readonly overdue: Shown
  }[]
  readonly logUrl: string
}

const digits = new Intl.NumberFormat('en-GB')
const n = (value: number) => digits.format(value)
/** Of a country, or of those that are too few to be shown alone. */
export const countryOrRest = (code: string | null): string =>
  code === null ? 'Other countries' : countryName(code)
const percent = (share: number) => `${(share * 100).toFixed(2)} %`

interface PageOnly {
  readonly world: World
  readonly conformance: readonly ConformanceRow[]
}

/** The series that are drawn, each under a heading for people; its short name stands in the table. */
const CHARTS = [
  ['met-recorded', 'Phone thefts recorded'],
  ['met-person', 'Theft from the person'],
  ['met-robbery', 'Robbery'],
] as const

export function FiguresPage(figures: AllFigures & PageOnly) {
  return (
    <>
      <h1 class="govuk-heading-l">Figures</h1>
      <p class="govuk-body">
        What others have published about London, and what this log shows. They count different
        things and are never put on one line.
      </p>
      <London />
      <Log {...figures} />
      <Countries {...figures} />
      <Operators {...figures} />
      <Appeals {...figures} />
      <Conformance results={figures.conformance} />
    </>
  )
}

function Source({ csv, command }: { readonly csv: string; readonly command: string }) {
  return (
    <p class="govuk-body-s">
      <a class="govuk-link" href={`/figures/${csv}.csv`}>{`The ${csv} table as CSV`}</a>
      {'. Recomputed by: '}
      <code class="app-code">{command}</code>
    </p>
  )
}

function London() {
  const { recoveredShare, byOffence, recordedChange, recordedChangeShare, apart } = derivedFigures()
  return (
    <section>
      <h2 class="govuk-heading-m">London, as published</h2>
      {CHARTS.map(([series, heading]) => (
        <>
          <h3 class="govuk-heading-s">{heading}</h3>
          <p class="govuk-body">{SERIES[series]}</p>
          <Bars
            id={`chart-${series}`}
            title={`${heading} by year; the table below has the numbers`}
            bars={LONDON_FIGURES.filter((row) => row.series === series).map(({ from, value }) => ({
              label: from,
              value,
              text: n(value),
            }))}
          />
        </>
      ))}
      <WideTable
        label="Published figures, London"
        caption="Published figures, London without the City"
        head={[
          { content: 'Series' },
          { content: 'From' },
          { content: 'To' },
          { content: 'Value', format: 'numeric' },
          { content: 'What is counted' },
          { content: 'Source' },
        ]}
        rows={LONDON_FIGURES.map(({ series, from, to, value, sources }) => [
          { content: series },
          { content: from },
          { content: to },
          { content: n(value), format: 'numeric' as const },
          { content: SERIES[series as keyof typeof SERIES] },
          { content: sources.map((source) => SOURCES[source]).join('; ') },
        ])}
      />
      <p class="govuk-body">
        {`Computed from them: ${percent(recoveredShare)} of the phones stolen from 2017 to 27 February 2024 were recovered. Recorded thefts changed by ${n(recordedChange)} (${percent(recordedChangeShare)}) from 2024 to 2025. By offence, person and robbery together: ${byOffence.map(({ year, value }) => `${n(value)} in ${year}`).join(', ')}. That is ${apart.map(({ year, value }) => `${n(value)} more than recorded in ${year}`).join(' and ')}: two ways to count, and neither corrects the other.`}
      </p>
      <Source csv="london" command="npx vitest run src/portal/figures" />
    </section>
  )
}

function Log({ rows, size, until, logUrl }: AllFigures) {
  return (
    <section>
      <h2 class="govuk-heading-m">What this log shows</h2>
      <p class="govuk-body">
        {`${n(size)} entries, until ${until} UTC. Orders are counted, never phones.`}
      </p>
      <WideTable
        label="What this log shows"
        head={[
          { content: 'Figure' },
          { content: 'Value', format: 'numeric' },
          { content: 'What is counted' },
        ]}
        firstCellIsHeader
        rows={rows.map(({ name, value, seconds, definition }) => [
          { content: name },
          { content: valueOf(value, seconds), format: 'numeric' as const },
          { content: definition },
        ])}
      />
      <p class="govuk-body-s">
        A number from 1 to 4 is not shown, nor one from which it would follow by subtraction.
      </p>
      <Source csv="log" command={`stolen-mode audit ${logUrl} --root root.cbor --json`} />
    </section>
  )
}

function valueOf(value: number | null, seconds: number | null | undefined): string {
  if (seconds !== undefined) return seconds === null ? 'too few to say' : `${n(seconds)} s`
  return value === null ? 'not shown' : n(value)
}

function Countries({ countries, world }: AllFigures & { readonly world: World }) {
  return (
    <section>
      <h2 class="govuk-heading-m">Where stolen phones reappear</h2>
      <p class="govuk-body">
        Phones under an order that a network, an activation, a part or a check met in a country.
        Claims by those who saw them; countries with fewer than five are counted together.
      </p>
      {countries === null || countries.length === 0 ? (
        <p class="govuk-body">Too few to be shown.</p>
      ) : (
        <>
          <WorldMap
            id="map-countries"
            title="Phones by country on a map; the table below has the numbers"
            world={world}
            marks={countries.flatMap(({ name, count }) =>
              name === null ? [] : [{ country: name, count, text: countryOrRest(name) }],
            )}
          />
          <Bars
            id="chart-countries"
            title="Phones by country; the table below has the numbers"
            bars={countries.map(({ name, count }) => ({
              label: countryOrRest(name),
              value: count,
              text: n(count),
            }))}
          />
          <WideTable
            label="Phones by country"
            head={[{ content: 'Country' }, { content: 'Phones', format: 'numeric' }]}
            rows={countries.map(({ name, count }) => [
              { content: countryOrRest(name) },
              { content: n(count), format: 'numeric' as const },
            ])}
          />
        </>
      )}
      <p class="govuk-body-s">
        <a class="govuk-link" href="/figures/countries.csv">
          The countries as CSV
        </a>
        . Nobody outside can recompute this: sightings are not in the public log.
      </p>
    </section>
  )
}

function Operators({ registers }: AllFigures) {
  const ms = (value: number | null) => (value === null ? '–' : `${n(Math.round(value))} ms`)
  return (
    <section>
      <h2 class="govuk-heading-m">Time to block, by operator</h2>
      <p class="govuk-body">
        From a lock in the log to the register’s signed word that it refuses the phone, over 30
        days.
      </p>
      <WideTable
        label="Time to block, by operator"
        head={[
          { content: 'Operator' },
          { content: 'Register' },
          { content: 'Locks', format: 'numeric' },
          { content: 'Half within', format: 'numeric' },
          { content: '99 % within', format: 'numeric' },
          { content: 'Entries behind', format: 'numeric' },
        ]}
        rows={registers.map(({ operator, register, locks, p50Ms, p99Ms, behind }) => [
          { content: operator },
          { content: register },
          { content: locks === null ? 'not shown' : n(locks), format: 'numeric' as const },
          { content: ms(p50Ms), format: 'numeric' as const },
          { content: ms(p99Ms), format: 'numeric' as const },
          { content: n(behind), format: 'numeric' as const },
        ])}
      />
      <Source csv="operators" command="curl …/v1/registers" />
    </section>
  )
}

function Appeals({ appeals }: AllFigures) {
  const few = (value: Shown) => (value === null ? 'not shown' : n(value))
  return (
    <section>
      <h2 class="govuk-heading-m">Appeals, by force</h2>
      <p class="govuk-body">
        Whoever holds a blocked phone may say that it is his, and is answered within 14 days. Late:
        answered after that, or not yet. A number from 1 to 4 is not shown.
      </p>
      {appeals.length === 0 ? (
        <p class="govuk-body">Nobody has appealed yet.</p>
      ) : (
        <WideTable
          label="Appeals, by force"
          head={[
            { content: 'Force' },
            { content: 'Appeals', format: 'numeric' },
            { content: 'Late', format: 'numeric' },
          ]}
          rows={appeals.map(({ force, asked, overdue }) => [
            { content: force },
            { content: few(asked), format: 'numeric' as const },
            { content: few(overdue), format: 'numeric' as const },
          ])}
        />
      )}
      <p class="govuk-body-s">
        <a class="govuk-link" href="/figures/appeals.csv">
          The appeals table as CSV
        </a>
        . Nobody outside can recompute this: appeals are not in the public log.
      </p>
    </section>
  )
}
