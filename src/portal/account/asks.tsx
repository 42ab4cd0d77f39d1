import type { Ask } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { InsetText } from '../look/text.tsx'

const ASKED: Readonly<Record<Ask, { readonly text: string; readonly link: string }>> = {
  card: {
    text: 'Have a recovery card on paper: with it you lock this phone from anybody’s, when yours is gone.',
    link: 'Print a recovery card',
  },
  trusted: {
    text: 'Name somebody you trust: they can lock this phone for you, and nothing else.',
    link: 'Name somebody you trust',
  },
}

/** Something that would help, and may be left aside: it comes back once. */
export function AskFor({
  ask,
  path,
  csrf,
}: {
  readonly ask: Ask
  /** Of the phone. */
  readonly path: string
  readonly csrf: string
}) {
  const { text, link } = ASKED[ask]
  return (
    <InsetText>
      <p class="govuk-body">{text}</p>
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/${ask}`}>
          {link}
        </a>
      </p>
      <form method="post" action={`${path}/skip`}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="ask" value={ask} />
        <Button classes="govuk-button--secondary">
          Not now<span class="govuk-visually-hidden">{`: ${link}`}</span>
        </Button>
      </form>
    </InsetText>
  )
}
