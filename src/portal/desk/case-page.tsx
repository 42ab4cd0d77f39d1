import type { Evidence } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { InsetText } from '../look/text.tsx'
import { When } from '../when.tsx'
import { DecisionColumn } from './decision.tsx'
import { EvidenceColumn } from './evidence.tsx'
import type { Seat } from './seat.ts'
import { TAKING, orderWords } from './words.ts'

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

/** Taking a case up that has its crime reference already. */
export function TakeCasePage({
  id,
  crimeReference,
  csrf,
  error,
}: {
  readonly id: string
  readonly crimeReference: string
  readonly csrf: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error }]} />}
      <h1 class="govuk-heading-l">
        {'Take case '}
        <bdi>{crimeReference}</bdi>
      </h1>
      <p class="govuk-body">{TAKING}</p>
      <form method="post" action={`/desk/case/${id}/take`}>
        <input type="hidden" name="csrf" value={csrf} />
        <Button preventsDoubleClick>Take it</Button>
      </form>
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
      >
        <input type="hidden" name="shown" value={evidence.device.state} />
      </PasskeyForm>
    </>
  )
}
