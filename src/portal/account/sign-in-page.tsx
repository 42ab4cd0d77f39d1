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
      <h2 class="govuk-heading-m">First time here?</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href="/account/new">
            Make an account with your recovery card
          </a>
        </li>
        <li>
          <a class="govuk-link" href={`/account/create?next=${encodeURIComponent(next)}`}>
            Make an account without a phone
          </a>
          , if somebody trusts you with theirs or sells you one
        </li>
        <li>
          {'You do not need an account to '}
          <a class="govuk-link" href="/report">
            lock a stolen phone
          </a>
        </li>
      </ul>
    </>
  )
}
