import type { SignedCheck } from '../../core/index.ts'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { InsetText, WarningText } from '../look/text.tsx'
import { AnswerText, CsrfField, NumberField, type Csrf } from './page.tsx'
import { at, type Voice } from './voice.tsx'

/** What came of comparing: the same number, another, or no number at all. */
export type Compared = { readonly isSame: boolean } | { readonly error: string } | null

/** For whoever is shown somebody else's answer. */
export function VerifyPage({
  said,
  address,
  compared,
  typed,
  voice,
  csrf,
}: {
  /** Null: it is none of ours. */
  readonly said: SignedCheck | null
  readonly address: string
  readonly compared: Compared
  readonly typed: string
  readonly voice: Voice
  readonly csrf: Csrf
}) {
  const { words } = voice
  if (said === null)
    return (
      <>
        <h1 class="govuk-heading-l">{words.verify.title}</h1>
        <WarningText fallback={words.frame.error}>{words.verify.fake}</WarningText>
      </>
    )
  const error = compared && 'error' in compared ? compared.error : null
  return (
    <>
      {error ? (
        <ErrorSummary title={words.mistakeTitle} errors={[{ text: error, href: '#number' }]} />
      ) : null}
      <h1 class="govuk-heading-l">{words.verify.title}</h1>
      <p class="govuk-body">{words.verify.real(voice.name(said.log))}</p>
      <AnswerText answer={said} typed={null} voice={voice} />
      <p class="govuk-body">{words.verify.since}</p>
      {compared && 'isSame' in compared ? (
        <section role="status" aria-label={words.answer}>
          {compared.isSame ? (
            <InsetText>
              {`${words.verify.same} `}
              <bdi class="app-number">{typed}</bdi>
            </InsetText>
          ) : (
            <WarningText fallback={words.frame.error}>{words.verify.other}</WarningText>
          )}
        </section>
      ) : null}
      <form method="post" action={at('/verify', voice)} novalidate class="app-no-print">
        <CsrfField csrf={csrf} />
        <input type="hidden" name="a" value={address} />
        <NumberField voice={voice} error={error} typed={typed} label={words.verify.label} />
        <Button>{words.verify.button}</Button>
      </form>
    </>
  )
}
