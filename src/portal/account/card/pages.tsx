import { InsetText } from '../../look/text.tsx'
import { PasskeyForm } from '../../passkey-form.tsx'
import { CodePicture } from '../../code-picture.tsx'

/** Before a new card is made: what becomes of the old one. */
export function NewCardPage({
  action,
  options,
  csrf,
}: {
  readonly action: string
  readonly options: object
  readonly csrf: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">New recovery card</h1>
      <p class="govuk-body">
        Your old card ends at once: its code locks nothing from then on. The new one is shown once,
        to be printed or written down.
      </p>
      <PasskeyForm
        action={action}
        options={options}
        csrf={csrf}
        button="Make a new card with my passkey"
      />
    </>
  )
}

/** The card, for paper: nothing on it says whose phone it is, or which. */
export function CardPage({
  card,
  address,
}: {
  readonly card: string
  /** Where to report, in words. */
  readonly address: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Recovery card</h1>
      <div class="app-card">
        <p class="govuk-body">
          My phone was stolen? Open <strong class="govuk-!-text-break-word">{address}</strong> on
          any phone, or scan this, and type:
        </p>
        <p class="govuk-heading-l">
          <bdi class="app-number">{`${card.slice(0, 5)} ${card.slice(5)}`}</bdi>
        </p>
        <CodePicture address={address} code={card} alt="QR code: opens the report with this code" />
        <p class="govuk-body">
          This card locks a phone. It cannot unlock it, and shows nobody where it is. No officer and
          no finder ever asks for it.
        </p>
      </div>
      <div class="app-no-print">
        <InsetText>
          Print this page now, or write the code down: it is not shown again. Keep it away from the
          phone: in a wallet, at home, with somebody you trust.
        </InsetText>
        <p class="govuk-body">
          <a class="govuk-link" href="/practice">
            Practise with your card
          </a>
          {' or '}
          <a class="govuk-link" href="/account">
            go back to your phones
          </a>
        </p>
      </div>
    </>
  )
}
