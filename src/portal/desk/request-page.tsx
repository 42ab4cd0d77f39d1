import { withCheckDigit } from '../../core/index.ts'
import { REQUEST_REFUSALS, type PoliceRequest } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { Details } from '../look/details.tsx'
import { FormErrors } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { InsetText } from '../look/text.tsx'
import { REFUSAL_WORDS } from '../refusal-words.ts'
import { HAPPENED_WORDS, OBTAINED_WORDS, type Obtained, type ObtainedErrors } from './obtained.ts'
import { RequestSays } from './request-says.tsx'

interface PageProps {
  readonly request: PoliceRequest
  readonly csrf: string
  readonly typed: Obtained
}

/** One request: what its owner says, and how an officer takes it up or refuses it. */
export function RequestPage({ errors, ...props }: PageProps & { readonly errors: ObtainedErrors }) {
  const { request, csrf, typed } = props
  const path = `/desk/requests/${request.id}`
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">
        {'Request '}
        <bdi>{request.reference}</bdi>
      </h1>
      <InsetText>Nobody has proved any of this. That you look at it is recorded.</InsetText>
      <RequestSays request={request} />
      <h2 class="govuk-heading-m">Take it up</h2>
      <p class="govuk-body">
        Obtain the number of the phone yourself. What its owner typed is no proof.
      </p>
      <form method="post" action={`${path}/check`} novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <Input
          name="imei"
          label={{ content: 'IMEI, as you obtained it', classes: 'govuk-label--s' }}
          hint="All 15 digits: the last one shows a mistake."
          value={typed.imei}
          error={errors.imei}
          classes="govuk-input--width-20"
          inputmode="numeric"
          autocomplete="off"
          spellcheck={false}
        />
        <Radios
          name="own"
          legend={{ content: 'How did you obtain it?', classes: 'govuk-fieldset__legend--s' }}
          choices={Object.entries(OBTAINED_WORDS).map(([value, text]) => ({ value, text }))}
          value={typed.own}
          error={errors.own}
          classes="govuk-radios--small"
        />
        <Input
          name="crime"
          label={{ content: 'Crime reference', classes: 'govuk-label--s' }}
          hint="Your force’s own number of this crime. It never leaves the registry."
          value={typed.crime}
          error={errors.crime}
          classes="govuk-input--width-20"
          autocomplete="off"
          spellcheck={false}
        />
        <Button preventsDoubleClick>Continue</Button>
      </form>
      <Details summary="Refuse instead" isOpen={errors.reason !== undefined}>
        <form method="post" action={`${path}/refuse`}>
          <input type="hidden" name="csrf" value={csrf} />
          <Radios
            name="reason"
            legend={{ content: 'The owner will read this', classes: 'govuk-fieldset__legend--s' }}
            choices={REQUEST_REFUSALS.map((value) => ({ value, text: REFUSAL_WORDS[value] }))}
            error={errors.reason}
            classes="govuk-radios--small"
          />
          <Button classes="govuk-button--warning" preventsDoubleClick>
            Refuse
          </Button>
        </form>
      </Details>
    </>
  )
}

/** Which phone that number is, named back before a case is opened with it: digits lie, names do not. */
export function RequestCheckPage({
  request,
  csrf,
  typed,
  model,
  imei,
}: PageProps & { readonly model: string | null; readonly imei: string }) {
  const path = `/desk/requests/${request.id}`
  const claimed = request.imei === null ? null : withCheckDigit(request.imei)
  const hidden = Object.entries({ csrf, ...typed }).map(([name, value]) => (
    <input type="hidden" name={name} value={value} />
  ))
  return (
    <>
      <h1 class="govuk-heading-l">
        {model === null ? 'Nobody knows this model' : `The model is ${model}`}
      </h1>
      <p class="govuk-body">
        {model === null
          ? 'We do not know which model this number belongs to. Compare it once more with where you have it from.'
          : 'Ask the owner whether that is the phone. If it is not, a digit is wrong, and somebody else’s phone would be blocked.'}
      </p>
      <SummaryList
        rows={[
          { key: 'IMEI', value: <bdi class="app-number">{imei}</bdi> },
          {
            key: 'The owner typed',
            value:
              claimed === null
                ? 'None'
                : claimed === imei
                  ? 'The same'
                  : 'Another number: find out why before you go on',
          },
          { key: 'Obtained', value: typed.own === '' ? '' : OBTAINED_WORDS[typed.own] },
          { key: 'What happened', value: HAPPENED_WORDS[request.why] ?? '' },
          { key: 'Crime reference', value: <bdi>{typed.crime}</bdi> },
        ]}
      />
      <form method="post" action={`${path}/take`}>
        {hidden}
        <Button preventsDoubleClick>Yes: open the case</Button>
      </form>
      <form method="post" action={`${path}/change`}>
        {hidden}
        <Button classes="govuk-button--secondary">Change something</Button>
      </form>
    </>
  )
}

/** Somebody was faster, or has been here before: nothing of the owner stands here any more. */
export function AnsweredPage({
  reference,
  state,
}: {
  readonly reference: string
  readonly state: 'taken' | 'refused'
}) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {'Request '}
        <bdi>{reference}</bdi>
        {' is answered'}
      </h1>
      <p class="govuk-body">
        {state === 'taken'
          ? 'An officer has taken it up as a case. If it is a case of your force, it stands in the queue.'
          : 'An officer has refused it, and its owner reads why.'}
      </p>
      <p class="govuk-body">
        <a class="govuk-link" href="/desk/requests">
          Back to the requests
        </a>
      </p>
    </>
  )
}
