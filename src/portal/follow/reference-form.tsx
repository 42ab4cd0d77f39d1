import type { Child } from 'hono/jsx'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'

/** A reference and one more thing, `children`: neither alone says anything. */
export function ReferenceForm({
  title,
  action,
  reference,
  error,
  children,
}: {
  readonly title: string
  readonly action: string
  readonly reference: string
  readonly error: string | null
  readonly children?: Child
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#reference' }]} />}
      <h1 class="govuk-heading-l">{title}</h1>
      <form method="post" action={action} novalidate>
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
        {children}
        <Button>Continue</Button>
      </form>
    </>
  )
}
