import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'

/** Reference and card: neither alone says anything. */
export function FollowFormPage({
  reference,
  error,
}: {
  readonly reference: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#reference' }]} />}
      <h1 class="govuk-heading-l">Follow your report</h1>
      <form method="post" action="/follow" novalidate>
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
          name="card"
          label={{ content: 'Code on your recovery card', classes: 'govuk-label--m' }}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
        <Button>Continue</Button>
      </form>
      <p class="govuk-body">
        {'With a passkey of yours you see more: '}
        <a class="govuk-link" href="/account">
          sign in
        </a>
        . Without a card:{' '}
        <a class="govuk-link" href="/request/follow">
          follow a request to an officer
        </a>
        .
      </p>
    </>
  )
}
