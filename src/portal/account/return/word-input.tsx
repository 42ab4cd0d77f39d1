import { Input } from '../../look/input.tsx'

/** Stands wherever something is taken back, for everybody alike: who has set no words leaves it empty. */
export function WordInput({ error }: { readonly error?: string | null | undefined }) {
  return (
    <Input
      name="word"
      label={{ content: 'Your word, if you have one', classes: 'govuk-label--s' }}
      error={error}
      classes="govuk-input--width-20"
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
    />
  )
}

export const NOT_YOUR_WORD = 'Enter your word'
