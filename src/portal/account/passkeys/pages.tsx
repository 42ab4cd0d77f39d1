import type { ListedPasskey } from '../../../registry/index.ts'
import { ErrorSummary } from '../../look/error-summary.tsx'
import { Input } from '../../look/input.tsx'
import { SummaryList } from '../../look/summary-list.tsx'
import { PasskeyForm } from '../../passkey-form.tsx'
import { When } from '../../when.tsx'

/** With what somebody signs in: one more, or one less. */
export function PasskeysPage({
  passkeys,
  options,
  csrf,
  error,
}: {
  readonly passkeys: readonly ListedPasskey[]
  /** To show a passkey of this account once more. */
  readonly options: object
  readonly csrf: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#label' }]} />}
      <h1 class="govuk-heading-l">Your passkeys</h1>
      <p class="govuk-body">
        Any of them signs you in. A second one, on another device, opens your account when the first
        is lost or stolen. Whatever has to be signed for a phone, only the passkey that owns it
        signs.
      </p>
      {passkeys.map((passkey) => (
        <Listed passkey={passkey} isLast={passkeys.length === 1} options={options} csrf={csrf} />
      ))}
      <h2 class="govuk-heading-m">Add a passkey</h2>
      <p class="govuk-body">First show one that you have: whoever finds you signed in cannot.</p>
      <PasskeyForm
        action="/account/passkeys/new"
        options={options}
        csrf={csrf}
        button="Show a passkey and add one"
      >
        <Input
          name="label"
          label={{ content: 'What do you call the new one?' }}
          hint="For example: blue key, work computer."
          classes="govuk-input--width-20"
          autocomplete="off"
          error={error}
        />
      </PasskeyForm>
    </>
  )
}

function Listed({
  passkey: { credential, label, at, ownsPhone },
  isLast,
  options,
  csrf,
}: {
  readonly passkey: ListedPasskey
  readonly isLast: boolean
  readonly options: object
  readonly csrf: string
}) {
  return (
    <>
      <SummaryList
        card={{ title: label }}
        rows={[
          { key: 'Since', value: <When ms={at} /> },
          ...(ownsPhone ? [{ key: 'Owner’s key', value: 'A phone of yours has it' }] : []),
        ]}
      />
      {isLast || ownsPhone ? null : (
        <PasskeyForm
          action="/account/passkeys/remove"
          options={options}
          csrf={csrf}
          button={`Show a passkey and remove ${label}`}
          isSecondary
        >
          <input type="hidden" name="credential" value={credential} />
        </PasskeyForm>
      )}
    </>
  )
}

/** The new passkey is made. */
export function MakePasskeyPage({
  options,
  csrf,
  fields,
}: {
  readonly options: object
  readonly csrf: string
  readonly fields: Readonly<Record<string, string>>
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Make the new passkey</h1>
      <p class="govuk-body">
        Choose where it is to be kept: on this device, on another phone, or on a security key. A
        device that has a passkey of this account already makes no second one.
      </p>
      <PasskeyForm
        action="/account/passkeys/made"
        options={options}
        csrf={csrf}
        button="Make a passkey"
        makes
      >
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      </PasskeyForm>
    </>
  )
}
