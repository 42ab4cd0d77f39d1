import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { CodeInput } from './code-input.tsx'

/** All that somebody trusted can do and cannot, on one screen, before he says yes. */
export function AcceptPage({
  csrf,
  error,
}: {
  readonly csrf: string
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#code' }]} />}
      <h1 class="govuk-heading-l">Somebody trusts you with their phone</h1>
      <h2 class="govuk-heading-m">You can</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>lock their phone when it is stolen and they cannot do it themselves</li>
        <li>do that from any phone, with your sign-in and the code they gave you</li>
      </ul>
      <h2 class="govuk-heading-m">You cannot</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>unlock it, or take a report back</li>
        <li>see where it is, what happened to it, or any other phone of theirs</li>
        <li>do it unseen: they are told at once, on every channel they have</li>
      </ul>
      <form method="post" action="/trusted/accept" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <CodeInput error={error} />
        <Button>I understand, and accept</Button>
      </form>
    </>
  )
}
