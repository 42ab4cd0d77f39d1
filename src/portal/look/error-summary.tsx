import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface FieldError {
  readonly text: string
  /** Fragment of the control that is wrong; without it the sentence is about the whole page. */
  readonly href?: string | undefined
}

/** Everything that was wrong, first thing on the page; takes the focus where there is JavaScript. */
export function ErrorSummary({
  title = 'There is a problem',
  errors,
  description,
  classes,
  attributes,
}: Base & {
  readonly title?: Child
  readonly errors: readonly FieldError[]
  readonly description?: Child
}) {
  return (
    <div
      class={cx('govuk-error-summary', classes)}
      {...attributes}
      data-module="govuk-error-summary"
    >
      <div role="alert">
        <h2 class="govuk-error-summary__title">{title}</h2>
        <div class="govuk-error-summary__body">
          {description === undefined ? null : <p>{description}</p>}
          {errors.length === 0 ? null : (
            <ul class="govuk-list govuk-error-summary__list">
              {errors.map(({ text, href }) => (
                <li>{href === undefined ? text : <a href={href}>{text}</a>}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </div>
  )
}

/** The same of a form's fields, by name; nothing where nothing is wrong. */
export function FormErrors({
  errors,
  title,
}: {
  readonly errors: Readonly<Record<string, string | undefined>>
  readonly title?: Child
}) {
  const listed = Object.entries(errors).flatMap(([name, text]) =>
    text === undefined ? [] : [{ text, href: `#${name}` }],
  )
  return listed.length === 0 ? null : <ErrorSummary title={title} errors={listed} />
}
