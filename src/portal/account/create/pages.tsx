import { ErrorSummary } from '../../look/error-summary.tsx'
import { Input } from '../../look/input.tsx'
import { PasskeyForm } from '../../passkey-form.tsx'

/** An account for somebody who owns no phone here. */
export function CreateAccountPage({
  options,
  next,
  error,
}: {
  readonly options: object
  readonly next: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#name' }]} />}
      <h1 class="govuk-heading-l">Make an account without a phone</h1>
      <p class="govuk-body">
        For somebody who is trusted with another person’s phone, or who buys one. Your device makes
        a passkey, which you open with your finger, your face or its PIN. There is no password, and
        we ask for no e-mail address and no number.
      </p>
      <PasskeyForm
        action="/account/create"
        options={options}
        csrf={null}
        button="Make a passkey"
        makes
      >
        <input type="hidden" name="next" value={next} />
        <Input
          name="name"
          label={{ content: 'What shall we call you? (optional)', classes: 'govuk-label--m' }}
          hint="Shown to you alone."
          classes="govuk-input--width-20"
          autocomplete="nickname"
        />
      </PasskeyForm>
      <p class="govuk-body">
        {'Have you a phone with a recovery card? '}
        <a class="govuk-link" href="/account/new">
          Make an account with the card
        </a>
        {' instead.'}
      </p>
    </>
  )
}

/** The new passkey is used once: from then on it is known to work. */
export function FirstUsePage({
  action,
  options,
  csrf,
  fields,
}: {
  readonly action: string
  readonly options: object
  readonly csrf: string | null
  readonly fields: Readonly<Record<string, string>>
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Now use it once</h1>
      <p class="govuk-body">
        Your passkey was made. Use it once, to see that it works: nothing is kept before that.
      </p>
      <PasskeyForm action={action} options={options} csrf={csrf} button="Use my new passkey">
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      </PasskeyForm>
    </>
  )
}
