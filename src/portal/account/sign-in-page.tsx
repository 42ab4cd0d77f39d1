import { PasskeyForm } from '../passkey-form.tsx'
import type { NextPage } from './next-page.ts'

/** Signing in with a passkey, and the ways for whoever has none here. */
export function SignInPage({
  options,
  hasEnded,
  next = '/account',
}: {
  readonly options: object
  readonly hasEnded: boolean
  /** Where it goes on. */
  readonly next?: NextPage
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
      </PasskeyForm>
      <p class="govuk-body">
        {'First time here? '}
        <a class="govuk-link" href="/account/new">
          Make an account
        </a>
        . You do not need one to{' '}
        <a class="govuk-link" href="/report">
          lock a stolen phone
        </a>
        .
      </p>
    </>
  )
}
