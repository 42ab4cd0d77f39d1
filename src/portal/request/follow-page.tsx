import { ReferenceForm } from '../follow/reference-form.tsx'
import { Input } from '../look/input.tsx'

/** Reference and telephone number. */
export function RequestFollowPage(typed: {
  readonly reference: string
  readonly error: string | null
}) {
  return (
    <ReferenceForm title="Follow your request" action="/request/follow" {...typed}>
      <Input
        name="number"
        label={{ content: 'Your phone’s number', classes: 'govuk-label--m' }}
        type="tel"
        classes="govuk-input--width-20"
        autocomplete="off"
      />
    </ReferenceForm>
  )
}
