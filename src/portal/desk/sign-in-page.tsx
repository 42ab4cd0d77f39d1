import type { Refusal } from '../../core/index.ts'
import { forceInPath, forcesWithSignOn, signInWanted, type Context } from '../../registry/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import type { Frame } from '../frame.tsx'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { PASSKEY_SCRIPTS, PasskeyForm } from '../passkey-form.tsx'
import { whenWords } from '../when.tsx'

interface Stopped {
  /** Why nobody is signed in who tried to; null: nobody tried. */
  readonly error?: Refusal | null
  readonly hasEnded?: boolean
}

/** The page before the desk. */
export async function deskSignIn(context: Context, frame: Frame, stopped: Stopped) {
  const options = await signInWanted(context, 'officer')
  const { error = null, hasEnded = false } = stopped
  return frame.page(
    { title: 'Police desk', scripts: PASSKEY_SCRIPTS, hasError: error !== null },
    <DeskSignInPage
      options={options}
      forces={forcesWithSignOn(context)}
      error={error}
      hasEnded={hasEnded}
    />,
  )
}

/** An officer signs in with the passkey that is the key of his certificate, or by his force's own account. */
function DeskSignInPage({
  options,
  forces,
  error,
  hasEnded,
}: {
  readonly options: object
  readonly forces: readonly string[]
  readonly error: Refusal | null
  readonly hasEnded: boolean
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: sentenceOf(error) }]} />}
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
      {forces.length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m">Or by your force’s own account</h2>
          <p class="govuk-body">
            You can look with it. To sign an order you need your passkey all the same.
          </p>
          {forces.map((force) => (
            <Button href={`/desk/sign-on/${forceInPath(force)}`} classes="govuk-button--secondary">
              {'Sign in with '}
              <bdi>{force}</bdi>
              {'’s account'}
            </Button>
          ))}
        </>
      )}
    </>
  )
}

/** The sentence of a code, with the moment it speaks of. */
function sentenceOf({ code, facts }: Refusal): string {
  const until = facts['untilSeconds']
  if (code === 'key-waiting' && typeof until === 'number')
    return `Your key is new. It works from ${whenWords(until * 1000)}; until then nobody signs in with it. Code: ${code}`
  return `${PROBLEMS[code].title} Code: ${code}`
}
