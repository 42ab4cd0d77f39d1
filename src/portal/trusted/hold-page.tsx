import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { HAPPENED } from '../report/form-page.tsx'
import { CodeInput } from './code-input.tsx'

/** The phone of somebody else, locked for him. */
export function TrustedHoldPage({
  csrf,
  form,
  why,
  errors,
}: {
  readonly csrf: string
  readonly form: string
  readonly why: string
  readonly errors: { readonly code?: string; readonly why?: string }
}) {
  const listed = [
    ...(errors.code === undefined ? [] : [{ text: errors.code, href: '#code' }]),
    ...(errors.why === undefined ? [] : [{ text: errors.why, href: '#why' }]),
  ]
  return (
    <>
      {listed.length > 0 ? <ErrorSummary errors={listed} /> : null}
      <h1 class="govuk-heading-l">Lock the phone of somebody who trusts you</h1>
      <p class="govuk-body">
        They are told at once that somebody they trust did it. Only they, or police, can undo it.
      </p>
      <form method="post" action="/trusted" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="form" value={form} />
        <CodeInput error={errors.code ?? null} />
        <Radios
          name="why"
          legend={{ content: 'What happened?', classes: 'govuk-fieldset__legend--m' }}
          choices={HAPPENED}
          value={why}
          error={errors.why}
        />
        <Button classes="govuk-button--warning" preventsDoubleClick>
          Lock their phone
        </Button>
      </form>
      <p class="govuk-body">
        {'New code? '}
        <a class="govuk-link" href="/trusted/accept">
          Accept it first
        </a>
        .
      </p>
    </>
  )
}
