import { cx } from './attributes.ts'
import { FormGroup, describedBy, idOf, type Field } from './field.tsx'

export function FileUpload(props: Field & { readonly isMultiple?: boolean | undefined }) {
  return (
    <FormGroup field={props}>
      <input
        class={cx('govuk-file-upload', props.classes, props.error && 'govuk-file-upload--error')}
        id={idOf(props)}
        name={props.name}
        type="file"
        multiple={props.isMultiple}
        aria-describedby={describedBy(props)}
        {...props.attributes}
      />
    </FormGroup>
  )
}
