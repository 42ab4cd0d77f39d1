import type { Child } from 'hono/jsx'
import { Button } from './look/button.tsx'
import { InsetText } from './look/text.tsx'

/** Scripts a page with a passkey form needs. */
export const PASSKEY_SCRIPTS = ['passkey'] as const

/** Asks for a passkey, to sign in, to sign or to make one, and sends its answer as the field `response`. */
export function PasskeyForm({
  action,
  options,
  csrf,
  button,
  makes = false,
  isSecondary = false,
  children,
}: {
  readonly action: string
  /** WebAuthn's JSON. */
  readonly options: object
  /** Null: nobody is signed in. */
  readonly csrf: string | null
  readonly button: string
  /** A new passkey is made. */
  readonly makes?: boolean
  /** Not what the page is for. */
  readonly isSecondary?: boolean
  readonly children?: Child
}) {
  return (
    <form
      method="post"
      action={action}
      data-passkey={makes ? 'new' : ''}
      data-options={JSON.stringify(options)}
    >
      {csrf === null ? null : <input type="hidden" name="csrf" value={csrf} />}
      <input type="hidden" name="response" value="" />
      {children}
      <p class="govuk-error-message" role="alert" data-passkey-error hidden>
        {makes
          ? 'No passkey was made. Nothing has changed; try again, or use another device.'
          : 'Your passkey was not used. Nothing has changed; try again, or use another device.'}
      </p>
      <noscript>
        <InsetText>
          A passkey needs a browser that runs scripts. Your recovery card works without: use that to
          report a phone.
        </InsetText>
      </noscript>
      <Button classes={isSecondary ? 'govuk-button--secondary' : undefined} preventsDoubleClick>
        {button}
      </Button>
    </form>
  )
}
