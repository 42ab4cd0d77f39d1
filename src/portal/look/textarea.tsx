import { cx } from './attributes.ts'
import { FormGroup, describedBy, idOf, spelling, type Field } from './field.tsx'

export interface TextareaProps extends Field {
  readonly value?: string | undefined
  readonly rows?: number | undefined
  readonly autocomplete?: string | undefined
  readonly spellcheck?: boolean | undefined
}

export function Textarea(props: TextareaProps) {
  return (
    <FormGroup field={props}>
      <textarea
        class={cx('govuk-textarea', props.error && 'govuk-textarea--error', props.classes)}
        id={idOf(props)}
        name={props.name}
        rows={props.rows ?? 5}
        {...spelling(props)}
        aria-describedby={describedBy(props)}
        autocomplete={props.autocomplete}
        {...props.attributes}
      >
        {props.value}
      </textarea>
    </FormGroup>
  )
}
