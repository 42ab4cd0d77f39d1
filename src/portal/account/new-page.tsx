import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { PasskeyForm } from '../passkey-form.tsx'

/** What was typed into the form that failed, and why it did. */
export interface NewTyped {
  readonly name: string
  readonly error: string | null
}

/** An account for the passkey that owns a phone already. */
export function NewAccountPage({ options, name, error }: NewTyped & { readonly options: object }) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#card' }]} />}
      <h1 class="govuk-heading-l">Make an account</h1>
      <p class="govuk-body">
        When your phone was set up, a passkey became its owner’s key. Show that passkey here, with
        the code of your recovery card: together they tell us which phone is yours. We ask for no
        e-mail address and no number.
      </p>
      <PasskeyForm
        action="/account/new"

        options={options}
        csrf={null}
        button="Show my passkey"
      >
        <Input
          name="name"
          label={{ content: 'What shall we call you?', classes: 'govuk-label--m' }}
          hint="Shown to you alone."
          value={name}
          classes="govuk-input--width-20"
          autocomplete="nickname"
        />
        <Input
          name="card"
          label={{ content: 'Code on your recovery card', classes: 'govuk-label--m' }}
          error={error}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
      </PasskeyForm>
    </>
  )
}
