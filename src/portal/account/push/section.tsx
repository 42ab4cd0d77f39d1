import type { NotifiedBrowser } from '../../../registry/index.ts'
import { Button } from '../../look/button.tsx'
import { Input } from '../../look/input.tsx'
import { SummaryList } from '../../look/summary-list.tsx'
import { When } from '../../when.tsx'

/** Messages to browsers: to which, and one more. Hidden until a script has seen that this one can. */
export function PushSection({
  browsers,
  publicKey,
  csrf,
}: {
  readonly browsers: readonly NotifiedBrowser[]
  /** The registry's, base64url. */
  readonly publicKey: string
  readonly csrf: string
}) {
  return (
    <>
      {browsers.length === 0 ? null : (
        <h2 class="govuk-heading-m">Browsers that are told about your phones</h2>
      )}
      {browsers.map(({ id, label, at }) => (
        <>
          <SummaryList card={{ title: label }} rows={[{ key: 'Since', value: <When ms={at} /> }]} />
          <form method="post" action="/account/push/remove">
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="id" value={id} />
            <Button classes="govuk-button--secondary" preventsDoubleClick>
              {`Tell ${label} no more`}
            </Button>
          </form>
        </>
      ))}
      <form method="post" action="/account/push" data-push={publicKey} hidden>
        <input type="hidden" name="csrf" value={csrf} />
        {['endpoint', 'p256dh', 'auth'].map((name) => (
          <input type="hidden" name={name} value="" />
        ))}
        <h2 class="govuk-heading-m">Messages to this browser</h2>
        <p class="govuk-body">
          When something is asked for or done with a phone of yours, this browser shows a message,
          also while this page is closed. It names no phone, no person and no place.
        </p>
        <Input
          name="label"
          label={{ content: 'What do you call this browser? (optional)' }}
          hint="For example: tablet at home."
          classes="govuk-input--width-20"
          autocomplete="off"
        />
        <p class="govuk-error-message" role="alert" data-push-error hidden>
          This browser takes no messages: it was not allowed, or its push service was not reached.
          Nothing has changed.
        </p>
        <Button classes="govuk-button--secondary" preventsDoubleClick>
          Send messages to this browser
        </Button>
      </form>
    </>
  )
}
