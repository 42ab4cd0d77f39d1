import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

/** The state of something, in a word: colour never says it alone. */
export function Tag({ children, classes, attributes }: Base & { readonly children?: Child }) {
  return (
    <strong class={cx('govuk-tag', classes)} {...attributes}>
      {children}
    </strong>
  )
}
