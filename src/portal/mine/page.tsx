import type { Voice } from '../check/voice.tsx'
import { Button } from '../look/button.tsx'
import { FormErrors } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { Textarea } from '../look/textarea.tsx'
import { MINE_WORDS } from './words.ts'

/** What somebody has typed, and what is wrong with it. The card is never shown back. */
export interface SideTyped {
  readonly statement: string
  readonly errors: Readonly<{ card?: string; statement?: string }>
}

/** For whoever holds a phone that a page calls held or stolen: what he can do, by how he came to it. */
export function MinePage({
  statement,
  errors,
  voice: { language, words: around },
}: SideTyped & { readonly voice: Voice }) {
  const words = MINE_WORDS[language]
  const errorWord = around.frame.error
  return (
    <>
      <FormErrors title={around.mistakeTitle} errors={errors} />
      <h1 class="govuk-heading-l">{words.title}</h1>
      <h2 class="govuk-heading-m">{words.reported.title}</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href="/account" hreflang="en">
            {words.reported.signIn}
          </a>
        </li>
        <li>
          <a class="govuk-link" href="/follow" hreflang="en">
            {words.reported.follow}
          </a>
        </li>
      </ul>
      <h2 class="govuk-heading-m">{words.bought.title}</h2>
      <p class="govuk-body">
        <a class="govuk-link" href="/appeal" hreflang="en">
          {words.bought.appeal}
        </a>
      </p>
      <p class="govuk-body">{words.bought.text}</p>
      <h2 class="govuk-heading-m">{words.handedOver.title}</h2>
      <p class="govuk-body">{words.handedOver.text}</p>
      <form method="post" action={`/mine?lang=${language}`} novalidate>
        <Input
          name="card"
          label={{ content: words.card.label, classes: 'govuk-label--m' }}
          hint={words.card.hint}
          error={errors.card}
          errorWord={errorWord}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          attributes={{ dir: 'ltr' }}
        />
        <Textarea
          name="statement"
          label={{ content: words.side.label, classes: 'govuk-label--m' }}
          hint={words.side.hint}
          error={errors.statement}
          errorWord={errorWord}
          value={statement}
          attributes={{ dir: 'auto' }}
        />
        <Button preventsDoubleClick>{words.button}</Button>
      </form>
      <InsetText>{words.inset}</InsetText>
    </>
  )
}

export function SaidPage({
  reference,
  voice: { language },
}: {
  readonly reference: string
  readonly voice: Voice
}) {
  const { said } = MINE_WORDS[language]
  return (
    <>
      <h1 class="govuk-heading-l">{said.title}</h1>
      <p class="govuk-body">{said.text}</p>
      <p class="govuk-body">
        {`${said.reference} `}
        <strong>
          <bdi>{reference}</bdi>
        </strong>
      </p>
      <p class="govuk-body">{said.keep}</p>
    </>
  )
}
