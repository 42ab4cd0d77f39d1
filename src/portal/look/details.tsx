import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export function Details({
  summary,
  isOpen = false,
  id,
  classes,
  attributes,
  children,
}: Base & {
  readonly summary: Child
  readonly isOpen?: boolean | undefined
  readonly id?: string | undefined
  readonly children?: Child
}) {
  return (
    <details id={id} class={cx('govuk-details', classes)} {...attributes} open={isOpen}>
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">{summary}</span>
      </summary>
      <div class="govuk-details__text">{children}</div>
    </details>
  )
}
