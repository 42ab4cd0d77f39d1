import { Input } from '../look/input.tsx'
import { ReferenceForm } from './reference-form.tsx'

/** Reference and card. */
export function FollowFormPage(typed: {
  readonly reference: string
  readonly error: string | null
}) {
  return (
    <>
      <ReferenceForm title="Follow your report" action="/follow" {...typed}>
        <Input
          name="card"
          label={{ content: 'Code on your recovery card', classes: 'govuk-label--m' }}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
      </ReferenceForm>
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
