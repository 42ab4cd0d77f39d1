import type { Child } from 'hono/jsx'
import { cx } from './attributes.ts'
import { FormGroup, describedBy, idOf, spelling, type Field } from './field.tsx'

export interface InputProps extends Field {
  readonly type?: string | undefined
  readonly value?: string | undefined
  readonly autocomplete?: string | undefined
  readonly autocapitalize?: 'none' | 'characters' | 'words' | 'sentences' | undefined
  readonly inputmode?: 'numeric' | 'text' | 'email' | 'tel' | 'search' | undefined
  readonly spellcheck?: boolean | undefined
  readonly pattern?: string | undefined
  readonly isDisabled?: boolean | undefined
  readonly prefix?: Child
  readonly suffix?: Child
}

/** One line of text. No `maxlength`: what is too long is refused with a sentence, never cut silently. */
export function Input(props: InputProps) {
  return (
    <FormGroup field={props}>
      {props.prefix === undefined && props.suffix === undefined ? (
        <InputElement {...props} />
      ) : (
        <div class="govuk-input__wrapper">
          <Affix kind="prefix" content={props.prefix} />
          <InputElement {...props} />
          <Affix kind="suffix" content={props.suffix} />
        </div>
      )}
    </FormGroup>
  )
}

function InputElement(props: InputProps) {
  return (
    <input
      class={cx('govuk-input', props.classes, props.error && 'govuk-input--error')}
      id={idOf(props)}
      name={props.name}
      type={props.type ?? 'text'}
      {...spelling(props)}
      value={props.value}
      disabled={props.isDisabled}
      aria-describedby={describedBy(props)}
      autocomplete={props.autocomplete}
      autocapitalize={props.autocapitalize}
      pattern={props.pattern}
      inputmode={props.inputmode}
      {...props.attributes}
    />
  )
}

function Affix({
  kind,
  content,
}: {
  readonly kind: 'prefix' | 'suffix'
  readonly content?: Child
}) {
  if (content === undefined) return null
  return (
    <div class={`govuk-input__${kind}`} aria-hidden="true">
      {content}
    </div>
  )
}
