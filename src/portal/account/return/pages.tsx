import { WAYS, type Way } from '../../../registry/index.ts'
import { Button } from '../../look/button.tsx'
import { Radios } from '../../look/choices.tsx'
import { FormErrors } from '../../look/error-summary.tsx'
import { Input } from '../../look/input.tsx'
import { InsetText } from '../../look/text.tsx'
import { Textarea } from '../../look/textarea.tsx'
import { PasskeyForm } from '../../passkey-form.tsx'
import { WAY_WORDS } from './part.tsx'
import { WordInput } from './word-input.tsx'

/** Errors of a form, by field. */
export type Errors = Readonly<Record<string, string | undefined>>

interface FormProps {
  readonly action: string
  readonly csrf: string
  readonly errors: Errors
}

/** How a found phone comes back. */
export function ReturnPage({
  action,
  csrf,
  errors,
  way,
  address,
}: FormProps & { readonly way: Way | null; readonly address: string }) {
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">Police have your phone</h1>
      <p class="govuk-body">
        It stays blocked until police and you have both signed that you have it. You can change this
        until its label is printed.
      </p>
      <form method="post" action={action} novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <Radios
          name="way"
          legend={{ content: 'How should it come back?', classes: 'govuk-fieldset__legend--m' }}
          value={way ?? undefined}
          error={errors['way']}
          choices={WAYS.map((value) => ({
            value,
            text: WAY_WORDS[value],
            ...(value === 'insurer' && {
              hint: 'They paid you for it. Police then ask them, and pass the title on first.',
            }),
          }))}
        />
        <Textarea
          name="address"
          label={{ content: 'Address, if it is to be posted', classes: 'govuk-label--m' }}
          hint="Seen by the officers of this case alone, and erased once the phone is on its way. Nobody else ever sees it."
          error={errors['address']}
          value={address}
          rows={4}
          autocomplete="street-address"
        />
        <Button preventsDoubleClick>Save</Button>
      </form>
      <InsetText>
        Somebody writes to you that your phone was found, and wants a code, a password or money? It
        is not us, and not the police.
      </InsetText>
    </>
  )
}

/** A request that police unblock a phone: they decide. */
export function UndoPage({ action, csrf, errors, text }: FormProps & { readonly text: string }) {
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">Ask police to unblock it</h1>
      <p class="govuk-body">
        Police have confirmed the theft: you alone cannot undo it. Officers of your case read this
        and decide. If they agree they sign, and you confirm with your passkey.
      </p>
      <form method="post" action={action} novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <Textarea
          name="why"
          label={{ content: 'Why should it be unblocked?', classes: 'govuk-label--m' }}
          hint="For example: it was not stolen, and is back with you. 1,000 characters at most."
          error={errors['why']}
          value={text}
        />
        <WordInput error={errors['word']} />
        <Button preventsDoubleClick>Send it to the police</Button>
      </form>
    </>
  )
}

/** Two words: what the owner says freely, and what he says when somebody makes him. */
export function WordsPage({
  action,
  csrf,
  errors,
  options,
}: FormProps & { readonly options: object }) {
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">Your word and your word under threat</h1>
      <p class="govuk-body">
        Set two words that only you know. From then on these pages want one of them whenever you
        take a report back, confirm a return or ask police to unblock your phone.
      </p>
      <ul class="govuk-list govuk-list--bullet">
        <li>With your word, it is done.</li>
        <li>
          With your word under threat, nothing is done, and police are told. Your pages look and
          take as long as if it were done. The phone itself stays locked.
        </li>
        <li>
          When you are safe again, sign in and press “It was stolen: lock it”: then your pages show
          what is true.
        </li>
        <li>We never show your words. If you forget them, an officer at a counter removes them.</li>
      </ul>
      <PasskeyForm action={action} options={options} csrf={csrf} button="Set them with my passkey">
        <WordInput error={errors['word']} />
        <Input
          name="own"
          label={{ content: 'New word', classes: 'govuk-label--m' }}
          hint="3 to 40 characters. Capitals and spaces do not matter."
          error={errors['own']}
          classes="govuk-input--width-20"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
        <Input
          name="threat"
          label={{ content: 'New word under threat', classes: 'govuk-label--m' }}
          hint="Another one, which sounds as likely."
          error={errors['threat']}
          classes="govuk-input--width-20"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
      </PasskeyForm>
    </>
  )
}
