import type { WaitStatus } from '../../../registry/index.ts'
import { ErrorSummary } from '../../look/error-summary.tsx'
import { InsetText } from '../../look/text.tsx'
import { PasskeyForm } from '../../passkey-form.tsx'
import { When } from '../../when.tsx'
import { CodePicture } from '../../code-picture.tsx'

/** Stages in which an owner can sign an offer. */
const OPEN = ['requested', 'pending', 'ready']

/** Giving a phone away: the phone asks, the owner signs, the buyer takes it when its time has come. */
export function SellPage({
  action,
  wait,
  terms,
  options,
  csrf,
  error,
}: {
  readonly action: string
  readonly wait: WaitStatus | null
  /** As the form carries them. */
  readonly terms: { readonly nonce: string; readonly from: number }
  readonly options: object
  readonly csrf: string
  readonly error: string | null
}) {
  const isOpen = wait !== null && OPEN.includes(wait.stage)
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#offer' }]} />}
      <h1 class="govuk-heading-l">Sell it or give it away</h1>
      {isOpen ? null : (
        <p class="govuk-body">
          Begin on the phone itself: choose there to hand it over, and type its passcode. Then open
          this page again.
        </p>
      )}
      {isOpen && wait.readyAt !== null ? (
        <p class="govuk-body">
          You have signed. It can be taken from <When ms={wait.readyAt} />. If the code is lost,
          sign again: that makes a new one, and the old one ends.
        </p>
      ) : null}
      {isOpen ? (
        <div id="offer">
          <p class="govuk-body">
            When you sign, you get a code for the buyer, shown once. After a waiting time that
            nothing shortens, and that you both see, whoever has the code can take the phone. It is
            theirs from then on: your card and the people you trust end with it. You can stop it on
            the page of your phones until it is taken.
          </p>
          <InsetText>
            Do it only of your own will. If somebody stands beside you and demands it, leave this
            page and phone 999.
          </InsetText>
          <PasskeyForm
            action={action}
            options={options}
            csrf={csrf}
            button="Offer it with my passkey"
          >
            <input type="hidden" name="nonce" value={terms.nonce} />
            <input type="hidden" name="from" value={String(terms.from)} />
          </PasskeyForm>
        </div>
      ) : null}
    </>
  )
}

export function OfferedPage({
  code,
  address,
  readyAt,
  until,
  isBound,
}: {
  readonly code: string
  /** Where the buyer takes the phone. */
  readonly address: string
  readonly readyAt: number | null
  readonly until: number
  readonly isBound: boolean
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Give this code to the buyer</h1>
      <p class="govuk-body">
        <bdi class="app-number">{code}</bdi>
      </p>
      <p class="govuk-body">
        It is shown once. Give it to nobody else: whoever has it can take the phone. They scan this
        with their own phone, or open <strong class="govuk-!-text-break-word">{address}</strong> and
        type it.
      </p>
      <CodePicture address={address} code={code} alt="QR code: opens the handover with this code" />
      {readyAt === null ? null : (
        <p class="govuk-body">
          It can be taken from <When ms={readyAt} />.
        </p>
      )}
      <p class="govuk-body">
        Your offer ends at <When ms={until} />.
      </p>
      {isBound ? null : (
        <InsetText>
          A part of another phone is in it. Nobody can take it until that is paired or taken out.
        </InsetText>
      )}
      <p class="govuk-body">
        <a class="govuk-link" href="/account">
          Your phones
        </a>
      </p>
    </>
  )
}
