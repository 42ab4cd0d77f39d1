import type { Handover } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { When } from '../when.tsx'

/** The code that the seller gave by hand. */
export function TakePage({
  csrf,
  error,
}: {
  readonly csrf: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#code' }]} />}
      <h1 class="govuk-heading-l">Take a phone over</h1>
      <form method="post" action="/take" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <Input
          name="code"
          label={{ content: 'The code the seller gave you', classes: 'govuk-label--m' }}
          hint="All of it, as it stands on their page."
          error={error}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
        <Button>Continue</Button>
      </form>
    </>
  )
}

/** Where a handover stands, and the buyer's signature once its time has come. */
export function HandoverPage({
  code,
  handover: { stage, readyAt, until, isBound },
  options,
  csrf,
}: {
  readonly code: string
  readonly handover: Handover
  readonly options: object
  readonly csrf: string
}) {
  const isReady = stage === 'ready' && isBound
  return (
    <>
      <h1 class="govuk-heading-l">Take a phone over</h1>
      {stage === 'pending' && readyAt !== null ? (
        <p class="govuk-body">
          You can take it from <When ms={readyAt} />. Nothing shortens that time; its owner sees the
          same, and can stop it until then. Come back with the same code. Pay when it is yours.
        </p>
      ) : null}
      {stage === 'pending' || stage === 'ready' ? (
        <p class="govuk-body">
          The offer ends at <When ms={until} />.
        </p>
      ) : (
        <p class="govuk-body">
          {stage === 'done'
            ? 'This handover is done.'
            : 'This handover was stopped, or has run out. Nothing changes hands with this code.'}
        </p>
      )}
      {isBound ? null : (
        <InsetText>
          A part of another phone is in it. Nobody can take it until that is paired or taken out.
        </InsetText>
      )}
      {isReady ? (
        <>
          <p class="govuk-body">
            When you sign, the phone is yours: your passkey owns it, and you get a recovery card,
            shown once. The seller’s card and the people they trusted end.
          </p>
          <PasskeyForm
            action="/take/confirm"
            options={options}
            csrf={csrf}
            button="Take it with my passkey"
          >
            <input type="hidden" name="code" value={code} />
          </PasskeyForm>
        </>
      ) : null}
    </>
  )
}

/** Taken before: its card was shown then. */
export function TakenPage() {
  return (
    <>
      <h1 class="govuk-heading-l">The phone is yours</h1>
      <p class="govuk-body">
        {'Its recovery card was shown before, once. You can make a new one among '}
        <a class="govuk-link" href="/account">
          your phones
        </a>
        .
      </p>
    </>
  )
}
