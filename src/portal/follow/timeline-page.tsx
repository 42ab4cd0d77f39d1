import type { Happened, ReportNow } from '../../registry/index.ts'
import { InsetText } from '../look/text.tsx'
import { When } from '../when.tsx'
import { HappenedTimeline } from './happened.tsx'
import { STATE_WORDS } from './state-words.ts'

/** A report as whoever has its reference and card sees it: no place, and no word of anybody else. */
export function FollowPage({
  now,
  happened,
}: {
  readonly now: ReportNow
  readonly happened: readonly Happened[]
}) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {'Your report '}
        <bdi>{now.reference}</bdi>
      </h1>
      <InsetText>
        {STATE_WORDS[now.state]}
        {now.lapsesAt === null ? (
          '.'
        ) : (
          <>
            {' '}
            until <When ms={now.lapsesAt * 1000} />.
          </>
        )}
      </InsetText>
      <h2 class="govuk-heading-m">What happened</h2>
      <HappenedTimeline happened={happened} />
      <p class="govuk-body">
        {'False alarm? The card alone cannot take a report back: '}
        <a class="govuk-link" href="/account">
          sign in with your passkey
        </a>
        , or phone <strong>101</strong>.
      </p>
    </>
  )
}
