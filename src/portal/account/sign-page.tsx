import type { OwnersSignature } from '../../registry/index.ts'
import { FormErrors } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { WordInput } from './return/word-input.tsx'

/** What was wrong with what was typed beside the signature. */
export type SignErrors = Readonly<{ word?: string; code?: string }>

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
  const { draft, options, wantsCode } = wanted
  const { title, does, button } = WORDS[wanted.kind]
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">{title}</h1>
      <p class="govuk-body">{does}</p>
      <InsetText>
        Do it only of your own will. If somebody stands beside you and demands it, leave this page
        and phone 999.
      </InsetText>
      <PasskeyForm
        action={`/account/sign/${draft.id}`}
        options={options}
        csrf={csrf}
        button={button}
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

const WORDS = {
  withdrawal: {
    title: 'Take the report back',
    does: 'Your phone works again everywhere within seconds, and the log shows both. A later report by card needs an officer, or your passkey.',
    button: 'Take it back with my passkey',
  },
  error: {
    title: 'End a block that was an error',
    does: 'Police have signed that your phone was blocked in error. With your passkey it works again everywhere within seconds, and the log says that it was an error.',
    button: 'End it with my passkey',
  },
  return: {
    title: 'Confirm the return',
    does: 'Police have signed that the phone goes back to you. With your passkey it works again everywhere within seconds.',
    button: 'Confirm with my passkey',
  },
} as const
