import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { Textarea } from '../look/textarea.tsx'

/** What somebody has typed, and what is wrong with it. The card is never shown back. */
export interface SideTyped {
  readonly statement: string
  readonly errors: Readonly<{ card?: string; statement?: string }>
}

/** For whoever holds a phone that a page calls held or stolen: what he can do, by how he came to it. */
export function MinePage({ statement, errors }: SideTyped) {
  const summary = (['card', 'statement'] as const).flatMap((name) => {
    const text = errors[name]
    return text === undefined ? [] : [{ text, href: `#${name}` }]
  })
  return (
    <>
      {summary.length === 0 ? null : <ErrorSummary errors={summary} />}
      <h1 class="govuk-heading-l">This is my phone</h1>
      <h2 class="govuk-heading-m">You reported it, and it is back</h2>
      <p class="govuk-body">
        <a class="govuk-link" href="/account">
          Sign in with your passkey
        </a>
        {' to take the report back or to confirm a return, or '}
        <a class="govuk-link" href="/follow">
          follow it with reference and card
        </a>
        .
      </p>
      <h2 class="govuk-heading-m">You bought it or were given it, and have no card of your own</h2>
      <p class="govuk-body">
        <a class="govuk-link" href="/appeal">
          Say that it is your phone
        </a>
        {': the force that blocked it answers in writing within 14 days, and you need no account. '}
        Nothing on these pages makes it yours: an officer decides. Keep what you have from the
        seller: a receipt, messages, a name.
      </p>
      <h2 class="govuk-heading-m">It was handed over to you, with a card of your own</h2>
      <p class="govuk-body">
        For 14 days whoever had it before can dispute the handover. That alone locks nothing: police
        see the handover, and hear you before they decide. You have 72 hours; then they may decide
        without you. If they look into a robbery, they need not wait.
      </p>
      <form method="post" action="/mine" novalidate>
        <Input
          name="card"
          label={{ content: 'Code on your recovery card', classes: 'govuk-label--m' }}
          hint="10 letters and digits. Spaces and capitals do not matter."
          error={errors.card}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
        <Textarea
          name="statement"
          label={{ content: 'Your side', classes: 'govuk-label--m' }}
          hint="How you came to the phone. You can say it once; officers of the case read it. 2,000 characters at most."
          error={errors.statement}
          value={statement}
        />
        <Button preventsDoubleClick>Send your side</Button>
      </form>
      <InsetText>Saying it unlocks nothing and locks nothing. It costs nothing.</InsetText>
    </>
  )
}

export function SaidPage({ reference }: { readonly reference: string }) {
  return (
    <>
      <h1 class="govuk-heading-l">Your side was kept</h1>
      <p class="govuk-body">
        {'Officers of the case read it before they decide. The dispute has the reference '}
        <strong>
          <bdi>{reference}</bdi>
        </strong>
        : write it down, and say it when you phone <strong>101</strong>.
      </p>
    </>
  )
}
