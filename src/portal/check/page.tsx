import type { CheckAnswer } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { Details } from '../look/details.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { Scan, type ScanAssets } from './scan.tsx'
import { at, toAddress, type Voice } from './voice.tsx'

/** What the visitor sees after asking: an answer, or what was wrong with the number. */
export type CheckOutcome = { readonly answer: CheckAnswer } | { readonly error: string } | null

/** A form's own proof that it is of this session; null: nobody is signed in. */
export type Csrf = string | null

/** One field, no account, a sentence. */
export function CheckPage({
  outcome,
  typed,
  voice,
  csrf,
  scan,
}: {
  readonly outcome: CheckOutcome
  readonly typed: string
  readonly voice: Voice
  readonly csrf: Csrf
  readonly scan: ScanAssets
}) {
  const { words } = voice
  const error = outcome && 'error' in outcome ? outcome.error : null
  const answer = outcome && 'answer' in outcome ? outcome.answer : null
  return (
    <>
      {error ? (
        <ErrorSummary title={words.mistakeTitle} errors={[{ text: error, href: '#number' }]} />
      ) : null}
      <h1 class="govuk-heading-l">{words.title}</h1>
      {answer ? <Answer {...{ answer, typed, voice, csrf }} /> : null}
      <form method="post" action={at('', voice)} novalidate class="app-no-print">
        <CsrfField csrf={csrf} />
        <NumberField voice={voice} error={error} typed={answer ? '' : typed} />
        <Scan words={words.scan} assets={scan} />
        <Button>{words.button}</Button>
      </form>
    </>
  )
}

export function CsrfField({ csrf }: { readonly csrf: Csrf }) {
  return csrf === null ? null : <input type="hidden" name="csrf" value={csrf} />
}

/** The one field. Numbers run from left to right in every language. */
export function NumberField({
  voice: { words },
  error,
  typed,
  label = words.label,
}: {
  readonly voice: Voice
  readonly error: string | null
  readonly typed: string
  readonly label?: string
}) {
  return (
    <Input
      name="number"
      label={{ content: label, classes: 'govuk-label--m' }}
      hint={words.hint}
      error={error}
      errorWord={words.frame.error}
      value={typed}
      classes="govuk-input--width-20"
      autocomplete="off"
      spellcheck={false}
      attributes={{ dir: 'ltr' }}
    />
  )
}

function Answer({
  answer,
  typed,
  voice,
  csrf,
}: {
  readonly answer: CheckAnswer
  readonly typed: string
  readonly voice: Voice
  readonly csrf: Csrf
}) {
  const { words } = voice
  const isReported = answer.state !== 'protected'
  return (
    <section role="status" aria-label={words.answer}>
      <AnswerText answer={answer} typed={typed} voice={voice} />
      <h3 class="govuk-heading-s">{words.nowTitle}</h3>
      <ul class="govuk-list govuk-list--bullet">
        {words.states[answer.state].now.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      {isReported ? (
        <p class="govuk-body">
          <a class="govuk-link" href={`/mine?lang=${voice.language}`}>
            {words.mine}
          </a>
        </p>
      ) : null}
      <form method="post" action={at('/print', voice)} class="app-no-print">
        <CsrfField csrf={csrf} />
        <input type="hidden" name="number" value={typed} />
        <input type="hidden" name="a" value={toAddress(answer.signed)} />
        <Button classes="govuk-button--secondary">{words.print.button}</Button>
      </form>
      <Details summary={words.print.title}>
        <a class="govuk-link" href={`${at('/verify', voice)}&a=${toAddress(answer.signed)}`}>
          {words.print.verify}
        </a>
        <p class="govuk-body-s app-number" dir="ltr">
          {toAddress(answer.signed)}
        </p>
      </Details>
    </section>
  )
}

/** The answer itself: number, sentence, handover, and as of when. */
export function AnswerText({
  answer,
  typed,
  voice,
}: {
  readonly answer: Pick<CheckAnswer, 'state' | 'isReadyForHandover' | 'at' | 'treeSize'>
  /** Null where nobody has said it. */
  readonly typed: string | null
  readonly voice: Voice
}) {
  const { words } = voice
  return (
    <>
      <h2 class="govuk-heading-m">{words.states[answer.state].sentence}</h2>
      {typed === null ? null : (
        <p class="govuk-body">
          {`${words.number} `}
          <bdi class="app-number">{typed}</bdi>
        </p>
      )}
      <p class="govuk-body">
        {`${words.ready.label} `}
        {answer.isReadyForHandover ? words.ready.yes : words.ready.no}
      </p>
      <InsetText>
        {`${words.asOf(voice.time(answer.at), voice.number(answer.treeSize))} `}
        <a class="govuk-link" href="/log/checkpoint">
          {words.seeLog}
        </a>
      </InsetText>
    </>
  )
}
