import type { Child } from 'hono/jsx'
import { withCheckDigit } from '../../core/index.ts'
import type { Evidence } from '../../registry/index.ts'
import { SummaryList } from '../look/summary-list.tsx'
import { WideTable } from '../look/table.tsx'
import { When } from '../when.tsx'
import { OBTAINED_WORDS } from './obtained.ts'
import { RequestSays } from './request-says.tsx'
import { PHONE_WORDS, PROOF_WORDS } from './words.ts'

const COUNTRIES = new Intl.DisplayNames('en-GB', { type: 'region' })
/** Who saw a phone signs for it; what a registry noted itself rests on its own word. */
const OWN_WORD = 'registry'

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
          head={['When', 'Country', 'How', 'Rests on'].map((content) => ({ content }))}
          rows={seen.map(({ at, country, how, reporter }) => [
            { content: <When ms={at} /> },
            { content: COUNTRIES.of(country) ?? country },
            { content: how },
            {
              content:
                reporter === OWN_WORD ? 'A question put to us: a claim' : `Signed by ${reporter}`,
            },
          ])}
        />
      )}
    </>
  )
}

const row = (key: string, value: Child) => ({ key, value })
