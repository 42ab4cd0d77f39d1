import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'

/** Reference and telephone number: neither alone says anything. */
export function RequestFollowPage({
  reference,
  error,
}: {
  readonly reference: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#reference' }]} />}
      <h1 class="govuk-heading-l">Follow your request</h1>
      <form method="post" action="/request/follow" novalidate>
        <Input
          name="reference"
          label={{ content: 'Reference', classes: 'govuk-label--m' }}
          hint="It looks like SM-7Q4K-2M9X."
          error={error}
          value={reference}
          classes="govuk-input--width-20"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
        <Input
          name="number"
          label={{ content: 'Your phone’s number', classes: 'govuk-label--m' }}
          type="tel"
          classes="govuk-input--width-20"
          autocomplete="off"
        />
        <Button>Continue</Button>
      </form>
    </>
  )
}
