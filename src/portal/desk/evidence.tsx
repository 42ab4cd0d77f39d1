import type { Child } from 'hono/jsx'
import { withCheckDigit } from '../../core/index.ts'
import type { Evidence } from '../../registry/index.ts'
import { SummaryList } from '../look/summary-list.tsx'
import { countryName } from '../country-name.ts'
import { WideTable } from '../look/table.tsx'
import { When } from '../when.tsx'
import { OBTAINED_WORDS } from './obtained.ts'
import { RelatedCases } from './related-cases.tsx'
import { RequestSays } from './request-says.tsx'
import { HOW_WORDS, isAttested } from './trail-words.ts'
import { PHONE_WORDS, PROOF_WORDS } from './words.ts'

/** Of the sightings, beside a decision; a page of its own has all. */
const NEWEST = 5

/** Everything on record about the phone of a case. */
export function EvidenceColumn({ evidence }: { readonly evidence: Evidence }) {
  const { subject, report, request, sales, seen, device } = evidence
  const { details } = report ?? {}
  return (
    <>
      <h2 class="govuk-heading-m">Evidence</h2>
      <SummaryList
        rows={[
          row('Phone', subject.model ?? 'Not told'),
          row(
            'IMEI',
            <span class="app-number">{subject.ids.imeis.map(withCheckDigit).join(', ')}</span>,
          ),
          row('State', PHONE_WORDS[device.state]),
          ...(device.lapsesAt === null
            ? []
            : [row('The owner’s lock ends', <When ms={device.lapsesAt} />)]),
          ...(report === null
            ? []
            : [
                row('Reported', <When ms={report.at} />),
                row('Shown by', PROOF_WORDS[report.proof] ?? report.proof),
              ]),
          ...(details === undefined
            ? []
            : [
                row('Where', details.place || 'Not told'),
                row('How', details.how || 'Not told'),
                row('Bought', details.purchase || 'Not told'),
                row('Insurer', details.insurer || 'Not told'),
              ]),
          ...(request?.own ? [row('Number obtained', OBTAINED_WORDS[request.own])] : []),
        ]}
      />
      {request === null ? null : (
        <>
          <h3 class="govuk-heading-s">What its owner says</h3>
          <RequestSays request={request} />
        </>
      )}
      <h3 class="govuk-heading-s">Sold on record</h3>
      {sales.length === 0 ? <p class="govuk-body">Never.</p> : null}
      {sales.map(({ at, dispute }) => (
        <p class="govuk-body">
          Sold <When ms={at} />
          {dispute === null
            ? '.'
            : `. Disputed; its holder says: ${dispute.statement ?? 'nothing yet'}.`}
        </p>
      ))}
      <h3 class="govuk-heading-s">Seen</h3>
      {seen.length === 0 ? (
        <p class="govuk-body">Nowhere yet.</p>
      ) : (
        <WideTable
          label="Where it was seen"
          head={['When', 'Country', 'How', 'Standing'].map((content) => ({ content }))}
          rows={seen
            .slice(0, NEWEST)
            .map((one) => [
              { content: <When ms={one.at} /> },
              { content: countryName(one.country) },
              { content: HOW_WORDS[one.how] ?? one.how },
              { content: isAttested(one) ? 'Attested' : 'Claim' },
            ])}
        />
      )}
      <p class="govuk-body">
        <a class="govuk-link" href={`/desk/case/${evidence.case.id}/sightings`}>
          All sightings, on a map and in order
        </a>
      </p>
      <h3 class="govuk-heading-s">Other cases that share something</h3>
      <RelatedCases related={evidence.related} />
    </>
  )
}

const row = (key: string, value: Child) => ({ key, value })
