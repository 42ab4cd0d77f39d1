import type { OwnersSignature } from '../../registry/index.ts'
import { InsetText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'

/** One signature of the owner, and what it does in words before it is made. */
export function SignPage({
  wanted,
  csrf,
}: {
  readonly wanted: OwnersSignature
  readonly csrf: string
}) {
  const { draft, options } = wanted
  const { title, does, button } = WORDS[kindOf(wanted)]
  return (
    <>
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
      />
    </>
  )
}

const kindOf = ({ isWithdrawal, isForError }: OwnersSignature) =>
  isWithdrawal ? 'withdrawal' : isForError ? 'error' : 'return'

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
