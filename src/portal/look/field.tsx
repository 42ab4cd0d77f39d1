import type { Child } from 'hono/jsx'
import { cx, ids, type Base } from './attributes.ts'

export interface LabelWords extends Base {
  readonly content: Child
  /** The label is the page's only question, and so its heading. */
  readonly isPageHeading?: boolean | undefined
}

/** What every form control has: its question, help, and what was wrong with the answer. */
export interface Field extends Base {
  readonly name: string
  /** The name, where left out. */
  readonly id?: string | undefined
  readonly label: string | LabelWords
  readonly hint?: Child
  readonly error?: string | null | undefined
  /** Read out before the error, in the page's language. */
  readonly errorWord?: string | undefined
  readonly groupClasses?: string | undefined
  readonly describedBy?: string | undefined
}

export const idOf = ({ id, name }: Pick<Field, 'id' | 'name'>) => id ?? name

/** Ids of whatever describes the control. */
export function describedBy(field: Pick<Field, 'id' | 'name' | 'hint' | 'error' | 'describedBy'>) {
  const id = idOf(field)
  return ids(field.describedBy, has(field.hint) && `${id}-hint`, field.error && `${id}-error`)
}

/** Of a control: "false" has to be written out, a missing attribute means what the browser likes. */
export const spelling = ({
  spellcheck,
}: {
  readonly spellcheck?: boolean | undefined
}): Readonly<Record<string, string>> =>
  spellcheck === undefined ? {} : { spellcheck: String(spellcheck) }

export const has = (child: Child) => child !== undefined && child !== null && child !== false

export function Label({
  label,
  for: id,
}: {
  readonly label: string | LabelWords
  readonly for: string
}) {
  const {
    content,
    isPageHeading = false,
    classes,
    attributes,
  } = typeof label === 'string' ? { content: label } : label
  const element = (
    <label class={cx('govuk-label', classes)} {...attributes} for={id}>
      {content}
    </label>
  )
  return isPageHeading ? <h1 class="govuk-label-wrapper">{element}</h1> : element
}

export function Hint({
  id,
  children,
  classes,
  attributes,
}: Base & { readonly id?: string | undefined; readonly children?: Child }) {
  return (
    <div id={id} class={cx('govuk-hint', classes)} {...attributes}>
      {children}
    </div>
  )
}

export function ErrorMessage({
  id,
  children,
  hiddenText = 'Error',
  classes,
  attributes,
}: Base & {
  readonly id?: string | undefined
  readonly children?: Child
  /** Read out before the message, in the page's language; '' for nothing. */
  readonly hiddenText?: string | undefined
}) {
  return (
    <p id={id} class={cx('govuk-error-message', classes)} {...attributes}>
      {hiddenText === '' ? null : <span class="govuk-visually-hidden">{`${hiddenText}:`}</span>}
      {hiddenText === '' ? null : ' '}
      {children}
    </p>
  )
}

/** Label, hint and error around one control. */
export function FormGroup({
  field,
  children,
}: {
  readonly field: Pick<
    Field,
    'id' | 'name' | 'label' | 'hint' | 'error' | 'errorWord' | 'groupClasses'
  >
  readonly children?: Child
}) {
  const id = idOf(field)
  return (
    <Group error={field.error} classes={field.groupClasses}>
      <Label label={field.label} for={id} />
      <HintAndError id={id} hint={field.hint} error={field.error} errorWord={field.errorWord} />
      {children}
    </Group>
  )
}

export function Group({
  error,
  classes,
  attributes,
  children,
}: Base & { readonly error?: string | null | undefined; readonly children?: Child }) {
  return (
    <div
      class={cx('govuk-form-group', error && 'govuk-form-group--error', classes)}
      {...attributes}
    >
      {children}
    </div>
  )
}

export function HintAndError({
  id,
  hint,
  error,
  errorWord,
}: {
  readonly id: string
  readonly hint?: Child
  readonly error?: string | null | undefined
  readonly errorWord?: string | undefined
}) {
  return (
    <>
      {has(hint) ? <Hint id={`${id}-hint`}>{hint}</Hint> : null}
      {error ? (
        <ErrorMessage id={`${id}-error`} hiddenText={errorWord}>
          {error}
        </ErrorMessage>
      ) : null}
    </>
  )
}
