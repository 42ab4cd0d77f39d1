import { Input } from '../look/input.tsx'
import { PasskeyForm } from '../passkey-form.tsx'

/** An officer signs in with the passkey that is the key of his certificate. */
export function DeskSignInPage({
  options,
  hasEnded,
}: {
  readonly options: object
  readonly hasEnded: boolean
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Police desk</h1>
      {hasEnded ? (
        <p class="govuk-body">
          You were signed out: nothing was done here for a while, or your certificate has ended.
        </p>
      ) : null}
      <p class="govuk-body">
        Your key must stand in a certificate of your force in the public log. Being signed in signs
        nothing: every order asks for your passkey again.
      </p>
      <PasskeyForm action="/desk/sign-in" options={options} csrf={null} button="Sign in">
        <Input
          name="name"
          label={{ content: 'Your name in the certificate', classes: 'govuk-label--m' }}
          hint="Needed the first time you use this passkey here."
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
        />
      </PasskeyForm>
    </>
  )
}
