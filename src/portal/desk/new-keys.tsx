import { newKeysOf, type Context } from '../../registry/index.ts'
import { NotificationBanner } from '../look/banners.tsx'
import { When } from '../when.tsx'
import type { Seat } from './seat.ts'

/** What every officer of a force is told while a new key of one of them waits. */
export function NewKeys({ context, seat }: { readonly context: Context; readonly seat: Seat }) {
  const keys = newKeysOf(context, seat.officer)
  if (keys.length === 0) return null
  return (
    <NotificationBanner>
      {keys.map(({ officer, worksFrom }) => (
        <p class="govuk-body">
          {'A new key for '}
          <bdi>{officer}</bdi>
          {' works from '}
          <When ms={worksFrom} />.
        </p>
      ))}
      <p class="govuk-body">
        {'If nobody of you asked for it, tell whoever keeps the issuing key of '}
        <bdi>{seat.officer.iss}</bdi>
        {' at once: until then it can be voided before it signs anything. '}
        <a class="govuk-link" href="/desk/authority">
          Keys of your force
        </a>
      </p>
    </NotificationBanner>
  )
}
