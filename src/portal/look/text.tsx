import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export function InsetText({
  id,
  classes,
  attributes,
  children,
}: Base & { readonly id?: string | undefined; readonly children?: Child }) {
  return (
    <div id={id} class={cx('govuk-inset-text', classes)} {...attributes}>
      {children}
    </div>
  )
}

export function WarningText({
  fallback = 'Warning',
  classes,
  attributes,
  children,
}: Base & {
  /** Read out instead of the exclamation mark. */
  readonly fallback?: string | undefined
  readonly children?: Child
}) {
  return (
    <div class={cx('govuk-warning-text', classes)} {...attributes}>
      <span class="govuk-warning-text__icon" aria-hidden="true">
        !
      </span>
      <strong class="govuk-warning-text__text">
        <span class="govuk-visually-hidden">{fallback}</span> {children}
      </strong>
    </div>
  )
}
