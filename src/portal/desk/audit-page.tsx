import type { Trace, TrailFilter, UnusualLook } from '../../registry/index.ts'
import { NotificationBanner } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { Pagination } from '../look/pagination.tsx'
import { Select } from '../look/select.tsx'
import { WideTable } from '../look/table.tsx'
import { When } from '../when.tsx'
import type { Seat } from './seat.ts'
import { ACTION_WORDS, wordsOfAction } from './action-words.ts'

/** The filter as it was typed: it stands in the address. */
export type TrailTyped = Readonly<Record<'case' | 'officer' | 'action' | 'day', string>>

/** Who of the force looked at what, and what of it is unusual. */
export function AuditPage({
  seat,
  items,
  next,
  unusual,
  typed,
  error,
}: {
  readonly seat: Seat
  readonly items: readonly Trace[]
  readonly next: string | null
  readonly unusual: readonly UnusualLook[]
  readonly typed: TrailTyped
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#day' }]} />}
      <h1 class="govuk-heading-l">Who looked</h1>
      <p class="govuk-body">
        {'Every look and act of the officers of '}
        <bdi>{seat.officer.iss}</bdi>. That you read this is recorded, too.
      </p>
      {unusual.length === 0 ? null : <UnusualLooks unusual={unusual} />}
      <FilterForm typed={typed} error={error} />
      {items.length === 0 ? (
        <p class="govuk-body">Nothing is like that.</p>
      ) : (
        <WideTable
          label="Looks and acts"
          caption="Newest first"
          head={['When', 'Officer', 'What', 'Case'].map((content) => ({ content }))}
          rows={items.map(({ at, officer, action, crimeReference }) => [
            { content: <When ms={at} /> },
            { content: <bdi>{officer}</bdi> },
            { content: wordsOfAction(action) },
            { content: crimeReference === null ? 'None' : <bdi>{crimeReference}</bdi> },
          ])}
        />
      )}
      {next === null ? null : (
        <Pagination next={{ href: nextPage(typed, next) }} label="Looks and acts" />
      )}
    </>
  )
}

function UnusualLooks({ unusual }: { readonly unusual: readonly UnusualLook[] }) {
  return (
    <NotificationBanner title="Unusual">
      <p class="govuk-body">
        Nobody has judged these. They are looks that somebody of the force should ask about.
      </p>
      <ul class="govuk-list govuk-list--bullet">
        {unusual.map((one) => (
          <li>
            <bdi>{one.officer}</bdi> <Reason look={one} />, <When ms={one.at} />
          </li>
        ))}
      </ul>
    </NotificationBanner>
  )
}

function Reason({ look: { why, count, crimeReference } }: { readonly look: UnusualLook }) {
  switch (why) {
    case 'same-phone':
      return <>looked at one phone in {count} cases and did nothing in any</>
    case 'many':
      return <>looked at {count} cases within an hour, far more than others of the force do</>
    case 'untaken':
      return (
        <>
          {'looked at a case without ever taking it: '}
          <bdi>{crimeReference ?? 'erased since'}</bdi>
        </>
      )
  }
}

function FilterForm({
  typed,
  error,
}: {
  readonly typed: TrailTyped
  readonly error: string | null
}) {
  return (
    <form method="get" action="/desk/audit" novalidate>
      <Input
        name="case"
        label={{ content: 'Case number' }}
        value={typed.case}
        classes="govuk-input--width-20"
        autocomplete="off"
        spellcheck={false}
      />
      <Input
        name="officer"
        label={{ content: 'Officer' }}
        hint="The whole name in the certificate."
        value={typed.officer}
        classes="govuk-input--width-20"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
      <Select
        name="action"
        label={{ content: 'What was done' }}
        value={typed.action}
        options={[
          { value: '', text: 'Anything' },
          ...Object.entries(ACTION_WORDS).map(([value, text]) => ({ value, text })),
        ]}
      />
      <Input
        name="day"
        label={{ content: 'Day' }}
        hint="Year, month and day, such as 2026-02-06."
        value={typed.day}
        error={error}
        classes="govuk-input--width-10"
        autocomplete="off"
      />
      <Button classes="govuk-button--secondary">Show these</Button>
    </form>
  )
}

const nextPage = (typed: TrailTyped, after: NonNullable<TrailFilter['after']>) =>
  `/desk/audit?${new URLSearchParams({
    ...Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== '')),
    after,
  }).toString()}`
