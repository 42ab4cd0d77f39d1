import type { OwnersDispute, PhoneOfOwner } from '../../registry/index.ts'
import { WarningText } from '../look/text.tsx'
import { When } from '../when.tsx'

const HOUR_MS = 3_600_000

/** What protects a phone, by default: nobody had to switch it on. */
export function Protects({
  phone: {
    isProtected,
    protecting: { waitMs, networks, parts },
  },
}: {
  readonly phone: PhoneOfOwner
}) {
  if (!isProtected) return <>Nothing: theft protection was switched off</>
  return (
    <>
      <p class="govuk-body">
        {`Theft protection, on by default. To erase the phone or to switch it off takes two proofs of different kinds and ${Math.ceil(waitMs / HOUR_MS)} hours, in which you can stop it here.`}
      </p>
      <p class="govuk-body">
        {`If police confirm a theft, it locks itself, and ${networks === 1 ? 'the register of a network refuses it' : `${networks} registers of networks refuse it`} (`}
        <a class="govuk-link" href="/figures">
          how fast each does
        </a>
        {`)${parts.length === 0 ? '' : `. Every other phone refuses its parts: ${parts.join(', ')}`}.`}
      </p>
    </>
  )
}

/** A former owner says that it was not his will: what that means, and what to do. */
export function DisputeNotice({ dispute }: { readonly dispute: OwnersDispute }) {
  const { heardUntil, hasAnswered } = dispute
  return (
    <WarningText>
      {
        'Whoever had this phone before you says it was not their will to give it away. That alone locks nothing. '
      }
      {hasAnswered ? (
        'You have said your side; police hear both before they decide.'
      ) : (
        <>
          {'Police wait for your side until '}
          <When ms={heardUntil} />
          {'; then they may decide without it. '}
          <a class="govuk-link" href="/mine">
            Say your side with your recovery card
          </a>
          {'.'}
        </>
      )}
    </WarningText>
  )
}
