import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { Details } from '../look/details.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'

/** What somebody typed, and what was wrong with it. */
export interface ReportTyped {
  readonly form: string
  readonly card: string
  readonly why: string
  readonly errors: { readonly card?: string; readonly why?: string }
}

export const HAPPENED = [
  { value: 'theft', text: 'It was stolen' },
  { value: 'robbery', text: 'It was taken by force or threat' },
  { value: 'burglary', text: 'It was taken from my home' },
  { value: 'lost', text: 'I lost it' },
]

/** The one page somebody shaken has to fill in, on a phone that is not theirs. */
export function ReportFormPage({
  form,
  card,
  why,
  errors,
  action = '/report',
}: ReportTyped & { readonly action?: '/report' | '/practice' }) {
  const listed = [
    ...(errors.card === undefined ? [] : [{ text: errors.card, href: '#card' }]),
    ...(errors.why === undefined ? [] : [{ text: errors.why, href: '#why' }]),
  ]
  return (
    <>
      {listed.length > 0 ? <ErrorSummary errors={listed} /> : null}
      <h1 class="govuk-heading-l">Lock your stolen phone</h1>
      <p class="govuk-body">
        {'In danger? Phone '}
        <strong>999</strong>
        {' first.'}
      </p>
      <form method="post" action={action} novalidate>
        <input type="hidden" name="form" value={form} />
        <Input
          name="card"
          label={{ content: 'Code on your recovery card', classes: 'govuk-label--m' }}
          hint="10 letters and digits. Spaces and capitals do not matter."
          error={errors.card}
          value={card}
          classes="govuk-input--width-10"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
        <Radios
          name="why"
          legend={{ content: 'What happened?', classes: 'govuk-fieldset__legend--m' }}
          choices={HAPPENED}
          value={why}
          error={errors.why}
        />
        <Button classes="govuk-button--warning" preventsDoubleClick>
          Lock my phone
        </Button>
      </form>
      {action === '/report' ? (
        <p class="govuk-body">
          {'Only trying it out? '}
          <a class="govuk-link" href="/practice">
            Practise with your card
          </a>
          : nothing is locked.
        </p>
      ) : null}
      <InsetText>
        We never ask for a code from a text message, your passcode, a payment, or the number of your
        phone.
      </InsetText>
      <Details summary="I do not have my recovery card">
        <p class="govuk-body">
          If you named somebody you trust in your account, they can{' '}
          <a class="govuk-link" href="/trusted">
            lock it for you
          </a>
          . With your passkey on another device,{' '}
          <a class="govuk-link" href="/account">
            sign in
          </a>
          .
        </p>
        <p class="govuk-body">
          Or{' '}
          <a class="govuk-link" href="/request">
            ask an officer to block your phone
          </a>
          {'. That needs no card, and is not at once.'}
        </p>
        <p class="govuk-body">
          Phone <strong>101</strong> and say that your phone was stolen: an officer can do it with
          you. Your operator can stop the SIM.
        </p>
      </Details>
    </>
  )
}
