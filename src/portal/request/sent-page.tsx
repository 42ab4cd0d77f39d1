import type { RequestNow } from '../../registry/index.ts'
import { NEUTRAL } from '../frame.tsx'
import { STATE_WORDS } from '../follow/state-words.ts'
import { Panel } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { REFUSAL_WORDS } from '../refusal-words.ts'
import { When } from '../when.tsx'

const TITLES: Readonly<Record<RequestNow['state'], string>> = {
  waiting: 'Your request is with the police',
  taken: 'An officer has taken it up',
  refused: 'Police did not block a phone',
}

/** A request, and what has become of it: nothing, until an officer says so. */
export function RequestSentPage({ now }: { readonly now: RequestNow }) {
  return (
    <>
      <Panel title={TITLES[now.state]}>
        Your reference
        <br />
        <strong>
          <bdi>{now.reference}</bdi>
        </strong>
      </Panel>
      <h2 class="govuk-heading-m">What is true now</h2>
      <SummaryList
        rows={[
          { key: 'Left', value: <When ms={now.at} /> },
          ...(now.answeredAt === null
            ? []
            : [{ key: 'Answered', value: <When ms={now.answeredAt} /> }]),
          { key: 'Your phone', value: phoneWords(now) },
          ...(now.reason === null
            ? []
            : [{ key: 'Why', value: REFUSAL_WORDS[now.reason] ?? now.reason }]),
        ]}
      />
      <h2 class="govuk-heading-m">What happens next</h2>
      <ul class="govuk-list govuk-list--bullet">
        {now.state === 'waiting' ? (
          <li>
            An officer reads it, and obtains the phone’s number from your operator or from your
            papers. Bring proof of purchase and an identity paper if you are asked to.
          </li>
        ) : null}
        <li>
          {'Write down your reference. With it and your phone’s number you can '}
          <a class="govuk-link" href="/request/follow">
            follow your request
          </a>
          {' from any phone.'}
        </li>
        <li>
          Phone your operator now to stop the SIM, and <strong>101</strong> to tell police more.
        </li>
      </ul>
      <Button href={NEUTRAL} classes="govuk-button--secondary" attributes={{ rel: 'noreferrer' }}>
        Leave this page
      </Button>
    </>
  )
}

function phoneWords({ state, phone }: RequestNow): string {
  if (state === 'waiting') return 'Not blocked. An officer has not read your request yet.'
  if (state === 'refused') return 'Not blocked.'
  if (phone === null || phone === 'protected')
    return 'Not blocked yet. An officer has opened a case; a second one has to agree.'
  return `${STATE_WORDS[phone]}.`
}
