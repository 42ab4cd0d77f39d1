import type { Evidence } from '../../registry/index.ts'
import { ErrorSummary } from '../look/error-summary.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { InsetText } from '../look/text.tsx'
import { When } from '../when.tsx'
import { DecisionColumn } from './decision.tsx'
import { EvidenceColumn } from './evidence.tsx'
import type { Seat } from './seat.ts'
import { orderWords } from './words.ts'

/** One case: what is known on one side, what may be done on the other. */
export function CasePage({
  evidence,
  seat,
  error,
}: {
  readonly evidence: Evidence
  readonly seat: Seat
  readonly error: string | null
}) {
  const { case: found, until } = evidence
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error }]} />}
      <h1 class="govuk-heading-l">
        {'Case '}
        <bdi>{found.crimeReference}</bdi>
      </h1>
      <p class="govuk-body">
        Yours until <When ms={until} />. That you look at it is recorded.{' '}
        <a class="govuk-link" href={`/desk/case/${found.id}/return`}>
          How the phone comes back
        </a>
      </p>
      <div class="govuk-grid-row">
        <div class="govuk-grid-column-one-half">
          <EvidenceColumn evidence={evidence} />
        </div>
        <div class="govuk-grid-column-one-half">
          <DecisionColumn evidence={evidence} me={seat.officer.sub} csrf={seat.session.csrf} />
        </div>
      </div>
    </>
  )
}

/** One officer's signature, and in words what it does. */
export function SignLockPage({
  evidence,
  options,
  csrf,
}: {
  readonly evidence: Evidence
  readonly options: object
  readonly csrf: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Sign the order</h1>
      <InsetText>{orderWords(evidence.subject)}.</InsetText>
      <p class="govuk-body">
        {evidence.draft?.proposer === null
          ? 'It does nothing until a second officer has signed, too.'
          : 'You are the second. With your force’s key the phone is blocked everywhere within seconds.'}
      </p>
      <PasskeyForm
        action={`/desk/case/${evidence.case.id}/sign`}
        options={options}
        csrf={csrf}
        button="Sign with my passkey"
      />
    </>
  )
}
