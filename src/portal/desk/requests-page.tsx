import type { PoliceRequest } from '../../registry/index.ts'
import { Pagination } from '../look/pagination.tsx'
import { WideTable } from '../look/table.tsx'
import { When } from '../when.tsx'
import { ageWords } from './words.ts'

const HEAD = ['Reference', 'Left', 'Waiting for', 'Same number', 'Request'].map((content) => ({
  content,
}))

/** Owners without a card who wait for an officer; what they say stands on a page of its own. */
export function RequestsPage({
  items,
  next,
  now,
}: {
  readonly items: readonly PoliceRequest[]
  readonly next: string | null
  readonly now: number
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Requests without a card</h1>
      <p class="govuk-body">
        Nobody enrolled these phones, or their owner has no card. Nothing is blocked until an
        officer has obtained the number and a second one has agreed. Every look is recorded.
      </p>
      {items.length === 0 ? (
        <p class="govuk-body">None waits.</p>
      ) : (
        <WideTable
          label="Requests"
          caption="Oldest first"
          head={HEAD}
          rows={items.map(({ id, reference, at, others }) => [
            { content: <bdi class="app-number">{reference}</bdi> },
            { content: <When ms={at} /> },
            { content: ageWords(now - at) },
            { content: others === 0 ? 'No other' : `${others} more` },
            {
              content: (
                <a class="govuk-link" href={`/desk/requests/${id}`}>
                  Open
                  <span class="govuk-visually-hidden"> {reference}</span>
                </a>
              ),
            },
          ])}
          firstCellIsHeader
        />
      )}
      {next === null ? null : (
        <Pagination next={{ href: `/desk/requests?after=${next}` }} label="Requests" />
      )}
    </>
  )
}
