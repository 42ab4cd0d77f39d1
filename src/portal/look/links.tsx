import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

/** Back to the page before; stands in a labelled nav, or axe finds content outside every landmark. */
export function BackLink({
  href,
  children = 'Back',
  classes,
  attributes,
}: Base & { readonly href: string; readonly children?: Child }) {
  return (
    <a href={href} class={cx('govuk-back-link', classes)} {...attributes}>
      {children}
    </a>
  )
}

export function SkipLink({
  href = '#content',
  children,
  classes,
  attributes,
}: Base & { readonly href?: string | undefined; readonly children?: Child }) {
  return (
    <a
      href={href}
      class={cx('govuk-skip-link', classes)}
      {...attributes}
      data-module="govuk-skip-link"
    >
      {children}
    </a>
  )
}
