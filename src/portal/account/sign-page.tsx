import type { OwnersSignature } from '../../registry/index.ts'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { WordInput } from './return/word-input.tsx'

/** What was wrong with what was typed beside the signature. */
export interface SignErrors {
  readonly word?: string
  readonly code?: string
}

/** One signature of the owner, and what it does in words before it is made. */
export function SignPage({
  wanted,
  csrf,
  errors,
}: {
  readonly wanted: OwnersSignature
  readonly csrf: string
  readonly errors: SignErrors
}) {
  const { draft, options, isWithdrawal, wantsCode } = wanted
  const listed = (['code', 'word'] as const).flatMap((name) => {
    const text = errors[name]
    return text === undefined ? [] : [{ text, href: `#${name}` }]
  })
  return (
    <>
      {listed.length === 0 ? null : <ErrorSummary errors={listed} />}
      <h1 class="govuk-heading-l">
        {isWithdrawal ? 'Take the report back' : 'Confirm the return'}
      </h1>
      <p class="govuk-body">
        {isWithdrawal
          ? 'Your phone works again everywhere within seconds, and the log shows both. A later report by card needs an officer, or your passkey.'
          : 'Police have signed that the phone goes back to you. With your passkey it works again everywhere within seconds.'}
      </p>
      <InsetText>
        Do it only of your own will. If somebody stands beside you and demands it, leave this page
        and phone 999.
      </InsetText>
      <PasskeyForm
        action={`/account/sign/${draft.id}`}
        options={options}
        csrf={csrf}
        button={isWithdrawal ? 'Take it back with my passkey' : 'Confirm with my passkey'}
      >
        {wantsCode ? (
          <Input
            name="code"
            label={{ content: 'Code on the label', classes: 'govuk-label--m' }}
            hint="10 letters and digits, on the phone or its parcel. Have it before you: nobody tells it to you in a message."
            error={errors.code}
            classes="govuk-input--width-10"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
          />
        ) : null}
        <WordInput error={errors.word} />
      </PasskeyForm>
    </>
  )
}
