import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { InsetText } from '../look/text.tsx'
import { HAPPENED } from '../report/form-page.tsx'
import { FIELDS, type RequestErrors, type RequestTyped } from './typed.ts'

const label = (content: string) => ({ content, classes: 'govuk-label--m' })

/** Asked of somebody whose phone nobody enrolled, and who has nothing but what he remembers. */
export function RequestFormPage({
  form,
  typed,
  errors,
}: {
  readonly form: string
  readonly typed: RequestTyped
  readonly errors: RequestErrors
}) {
  const listed = FIELDS.flatMap((name) => {
    const text = errors[name]
    return text === undefined ? [] : [{ text, href: `#${name}` }]
  })
  const field = (name: keyof RequestTyped) => ({ name, error: errors[name], value: typed[name] })
  return (
    <>
      {listed.length > 0 ? <ErrorSummary errors={listed} /> : null}
      <h1 class="govuk-heading-l">Ask an officer to block your phone</h1>
      <p class="govuk-body">
        For a phone without a recovery card. Nothing is blocked by this page: an officer reads it,
        makes sure that the phone is yours, and obtains its number where you do not have it.
      </p>
      <p class="govuk-body">
        {'In danger? Phone '}
        <strong>999</strong>
        {' first.'}
      </p>
      <form method="post" action="/request" novalidate>
        <input type="hidden" name="form" value={form} />
        <Radios
          name="why"
          legend={{ content: 'What happened?', classes: 'govuk-fieldset__legend--m' }}
          choices={HAPPENED}
          value={typed.why}
          error={errors.why}
        />
        <Input
          {...field('number')}
          label={label('Your phone’s number')}
          type="tel"
          hint="The number people phone you on."
          classes="govuk-input--width-20"
          autocomplete="off"
        />
        <Input
          {...field('operator')}
          label={label('Your operator')}
          hint="Whoever your contract or prepaid card is with."
          classes="govuk-input--width-20"
          autocomplete="off"
        />
        <Input {...field('name')} label={label('Your name')} autocomplete="off" />
        <Input
          {...field('happened')}
          label={label('When did it happen?')}
          hint="For example: today at half past four."
          autocomplete="off"
        />
        <Input
          {...field('reach')}
          label={label('How can an officer reach you? (optional)')}
          hint="Another phone, or an e-mail address."
          autocomplete="off"
        />
        <Input
          {...field('imei')}
          label={label('IMEI of the phone (optional)')}
          hint="15 digits: on the box, on the receipt, or in your operator’s account. Leave it empty if you do not have it."
          classes="govuk-input--width-20"
          inputmode="numeric"
          autocomplete="off"
        />
        <Button>Continue</Button>
      </form>
      <InsetText>
        We never ask for a code from a text message, your passcode or a payment.
      </InsetText>
    </>
  )
}
