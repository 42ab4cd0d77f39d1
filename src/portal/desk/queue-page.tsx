import {
  MARKS,
  QUEUE_KINDS,
  QUEUE_STATES,
  type Queued,
  type QueueFilter,
} from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { Checkboxes } from '../look/choices.tsx'
import { Pagination } from '../look/pagination.tsx'
import { Select } from '../look/select.tsx'
import { WideTable } from '../look/table.tsx'
import { Tag } from '../look/tag.tsx'
import { When } from '../when.tsx'
import type { Seat } from './seat.ts'
import { KIND_WORDS, MARK_WORDS, QUEUE_WORDS, STATE_OF_CASE, ageWords } from './words.ts'

/** What waits for police; nothing of a phone or an owner stands here. */
export function QueuePage({
  seat,
  filter,
  items,
  next,
  now,
  requests,
}: {
  readonly seat: Seat
  readonly filter: QueueFilter
  readonly items: readonly Queued[]
  readonly next: string | null
  readonly now: number
  /** Of owners whose phone nobody enrolled, not answered yet. */
  readonly requests: number
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Reports</h1>
      <p class="govuk-body">
        You are <bdi class="app-number">{seat.officer.sub}</bdi>. Take a case to see its evidence:
        every look is recorded.
      </p>
      <p class="govuk-body">
        <a class="govuk-link" href="/desk/requests">
          {`Requests without a card: ${requests} waiting`}
        </a>
      </p>
      <FilterForm filter={filter} />
      {items.length === 0 ? (
        <p class="govuk-body">Nothing is like that.</p>
      ) : (
        <WideTable
          label="Reports"
          caption="Oldest first"
          head={HEAD}
          rows={items.map((item) => rowOf(item, seat.officer.sub, now))}
          firstCellIsHeader
        />
      )}
      {next === null ? null : (
        <Pagination next={{ href: nextPage(filter, next) }} label="Reports" />
      )}
      <form method="post" action="/desk/sign-out">
        <input type="hidden" name="csrf" value={seat.session.csrf} />
        <Button classes="govuk-button--secondary">Sign out</Button>
      </form>
    </>
  )
}

const HEAD = ['Reference', 'State', 'Waiting for', 'Promised by', 'On record', 'Case'].map(
  (content) => ({ content }),
)

function rowOf(item: Queued, me: string, now: number) {
  const { kind, state, at, promisedAt, marks, taken } = item
  const isDecided = state === 'locked' || state === 'refused'
  return [
    {
      content: (
        <>
          <bdi class="app-number">{nameOf(item)}</bdi>
          {kind === 'report' ? null : (
            <>
              <br />
              {KIND_WORDS[kind]}
            </>
          )}
        </>
      ),
    },
    { content: <Tag>{STATE_OF_CASE[state]}</Tag> },
    { content: ageWords(now - at) },
    {
      content:
        promisedAt === null ? (
          'Nothing promised'
        ) : (
          <>
            <When ms={promisedAt} />
            {promisedAt < now && !isDecided ? <strong> (late)</strong> : null}
          </>
        ),
    },
    { content: marks.length === 0 ? 'Nothing' : marks.map((mark) => MARK_WORDS[mark]).join(', ') },
    {
      content:
        taken !== null && taken.officer !== me ? (
          <>
            With <bdi>{taken.officer}</bdi> until <When ms={taken.until} />
          </>
        ) : (
          <CaseLink item={item} isMine={taken !== null} />
        ),
    },
  ]
}

/** What officers call it: the owner's reference, else the number of the crime. */
const nameOf = ({ reference, crimeReference }: Queued) => reference ?? crimeReference ?? ''

function CaseLink({ item, isMine }: { readonly item: Queued; readonly isMine: boolean }) {
  const { kind, reference, caseId } = item
  const isOpen = caseId !== null && isMine
  const take = kind === 'report' ? `/desk/take/${reference}` : `/desk/case/${caseId}/take`
  return (
    <a class="govuk-link" href={isOpen ? `/desk/case/${caseId}` : take}>
      {isOpen ? 'Go on with' : 'Take'}
      <span class="govuk-visually-hidden"> {nameOf(item)}</span>
    </a>
  )
}

function FilterForm({ filter }: { readonly filter: QueueFilter }) {
  return (
    <form method="get" action="/desk">
      <Select
        name="state"
        label={{ content: 'State' }}
        value={filter.state}
        options={QUEUE_STATES.map((value) => ({ value, text: QUEUE_WORDS[value] }))}
      />
      <Select
        name="mark"
        label={{ content: 'On record' }}
        value={filter.mark ?? ''}
        options={[
          { value: '', text: 'Anything or nothing' },
          ...MARKS.map((value) => ({ value, text: MARK_WORDS[value] })),
        ]}
      />
      <Select
        name="kind"
        label={{ content: 'How it came' }}
        value={filter.kind ?? ''}
        options={[
          { value: '', text: 'In any way' },
          ...QUEUE_KINDS.map((value) => ({ value, text: KIND_WORDS[value] })),
        ]}
      />
      <Checkboxes
        name="mine"
        choices={[{ value: '1', text: 'Only what I have taken' }]}
        values={filter.isMine ? ['1'] : []}
        legend={{ content: 'Whose', classes: 'govuk-visually-hidden' }}
        classes="govuk-checkboxes--small"
      />
      <Button classes="govuk-button--secondary">Show these</Button>
    </form>
  )
}

const nextPage = ({ state, mark, kind, isMine }: QueueFilter, after: string) =>
  `/desk?${new URLSearchParams({
    state,
    ...(mark !== null && { mark }),
    ...(kind !== null && { kind }),
    ...(isMine && { mine: '1' }),
    after,
  }).toString()}`
