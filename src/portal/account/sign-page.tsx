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
  const { draft, options, isWithdrawal } = wanted
  return (
    <>
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
      />
    </>
  )
}
