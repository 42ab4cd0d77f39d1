import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'

/** Taking a report up: under a crime reference, or nothing is looked at. */
export function TakePage({
  reference,
  hasCase,
  csrf,
  typed,
  error,
}: {
  readonly reference: string
  /** It has its crime reference from whoever took it first. */
  readonly hasCase: boolean
  readonly csrf: string
  readonly typed: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#crime' }]} />}
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
        <Button preventsDoubleClick>Take it</Button>
      </form>
    </>
  )
}
