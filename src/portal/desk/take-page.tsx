import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Radios } from '../look/choices.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'

/** Taking a report up: under a crime reference, or nothing is looked at. */
export function TakePage({
  reference,
  hasCase,
  csrf,
  typed,
  people,
  error,
  peopleError,
}: {
  readonly reference: string
  /** It has its crime reference from whoever took it first. */
  readonly hasCase: boolean
  readonly csrf: string
  readonly typed: string
  /** What was said of the people involved. */
  readonly people: string
  readonly error: string | null
  /** Nothing was said of the people involved. */
  readonly peopleError: string | null
}) {
  const errors = [
    ...(error === null ? [] : [{ text: error, href: '#crime' }]),
    ...(peopleError === null ? [] : [{ text: peopleError, href: '#people' }]),
  ]
  return (
    <>
      {errors.length === 0 ? null : <ErrorSummary errors={errors} />}
      <h1 class="govuk-heading-l">
        {'Take report '}
        <bdi>{reference}</bdi>
      </h1>
      <p class="govuk-body">
        It is yours for 30 minutes; others see that. What you look at is recorded with the case.
      </p>
      <form method="post" action={`/desk/take/${reference}`} novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        {hasCase ? null : (
          <Input
            name="crime"
            label={{ content: 'Crime reference', classes: 'govuk-label--m' }}
            hint="Your force’s own number of this crime. It never leaves the registry."
            value={typed}
            error={error}
            classes="govuk-input--width-20"
            autocomplete="off"
            spellcheck={false}
          />
        )}
        <Radios
          name="people"
          legend={{ content: 'The people involved', classes: 'govuk-fieldset__legend--m' }}
          hint="The owner, whoever reported it, whoever may have the phone. What you say is recorded."
          error={peopleError}
          value={people}
          choices={[
            { value: 'none', text: 'I know none of the people involved' },
            { value: 'known', text: 'I know one of them: another officer has to take it' },
          ]}
        />
        <Button preventsDoubleClick>Go on</Button>
      </form>
    </>
  )
}

/** Of a report whose people this officer knows. */
export function ForOthersPage({ reference }: { readonly reference: string }) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {'Report '}
        <bdi>{reference}</bdi>
        {' is for others'}
      </h1>
      <InsetText>
        You said that you know one of the people involved. That is recorded; another officer takes
        the report.
      </InsetText>
      <p class="govuk-body">
        <a class="govuk-link" href="/desk">
          Other reports
        </a>
      </p>
    </>
  )
}
