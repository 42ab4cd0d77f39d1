import { PasskeyForm } from '../passkey-form.tsx'
import type { KeptForm } from './kept-form.tsx'

/** Signing in with a passkey, and the ways for whoever has none here. */
export function SignInPage({
  options,
  hasEnded,
  next = '/account',
  kept = null,
}: {
  readonly options: object
  readonly hasEnded: boolean
  /** Where it goes on. */
  readonly next?: string
  /** What was typed when the session ended. */
  readonly kept?: KeptForm | null
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Sign in to your account</h1>
      {hasEnded ? (
        <p class="govuk-body">
          You were signed out, because nothing was done here for a while. Nothing is lost.
        </p>
      ) : null}
      <PasskeyForm
        action="/account/sign-in"
        options={options}
        csrf={null}
        button="Sign in with a passkey"
      >
        <input type="hidden" name="next" value={next} />
        {kept === null ? null : <input type="hidden" name="kept" value={JSON.stringify(kept)} />}
      </PasskeyForm>
      <p class="govuk-body">
        {'First time here? Make an account '}
        <a class="govuk-link" href="/account/new">
          with your recovery card
        </a>
        {', or '}
        <a class="govuk-link" href={`/account/create?next=${encodeURIComponent(next)}`}>
          without a phone
        </a>
        {', if somebody trusts you with theirs or sells you one. You do not need an account to '}
        <a class="govuk-link" href="/report">
          lock a stolen phone
        </a>
        .
      </p>
    </>
  )
}
