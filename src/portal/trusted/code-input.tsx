import { Input } from '../look/input.tsx'

/** Of a code that is wrong, was taken back, is somebody else's, or never was. */
export const UNKNOWN_CODE = 'This code is nobody’s. Look at it again: 0 and O, 1 and I are the same'

/** The code that an owner gave by hand. */
export function CodeInput({ error }: { readonly error: string | null }) {
  return (
    <Input
      name="code"
      label={{ content: 'The code they gave you', classes: 'govuk-label--m' }}
      hint="10 letters and digits. Spaces and capitals do not matter."
      error={error}
      classes="govuk-input--width-10"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck={false}
    />
  )
}
