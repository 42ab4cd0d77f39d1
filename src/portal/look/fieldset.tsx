import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface Legend {
  readonly content: Child
  readonly classes?: string | undefined
  readonly isPageHeading?: boolean | undefined
}

export function Fieldset({
  legend,
  role,
  describedBy,
  classes,
  attributes,
  children,
}: Base & {
  readonly legend?: Legend | undefined
  readonly role?: string | undefined
  readonly describedBy?: string | undefined
  readonly children?: Child
}) {
  return (
    <fieldset
      class={cx('govuk-fieldset', classes)}
      role={role}
      aria-describedby={describedBy}
      {...attributes}
    >
      {legend ? (
        <legend class={cx('govuk-fieldset__legend', legend.classes)}>
          {legend.isPageHeading ? (
            <h1 class="govuk-fieldset__heading">{legend.content}</h1>
          ) : (
            legend.content
          )}
        </legend>
      ) : null}
      {children}
    </fieldset>
  )
}
