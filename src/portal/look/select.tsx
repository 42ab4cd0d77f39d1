import { cx } from './attributes.ts'
import { FormGroup, describedBy, idOf, type Field } from './field.tsx'

export interface Option {
  readonly text: string
  /** The text, where left out. */
  readonly value?: string | undefined
  readonly isDisabled?: boolean | undefined
}

export function Select(
  props: Field & { readonly options: readonly Option[]; readonly value?: string | undefined },
) {
  return (
    <FormGroup field={props}>
      <select
        class={cx('govuk-select', props.classes, props.error && 'govuk-select--error')}
        id={idOf(props)}
        name={props.name}
        aria-describedby={describedBy(props)}
        {...props.attributes}
      >
        {props.options.map(({ text, value, isDisabled }) => (
          <option
            value={value}
            selected={!!props.value && (value ?? text) === props.value}
            disabled={isDisabled}
          >
            {text}
          </option>
        ))}
      </select>
    </FormGroup>
  )
}
