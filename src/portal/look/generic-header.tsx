import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

/** Whose pages these are: a name, and neither crest nor crown. */
export function GenericHeader({
  url = '/',
  logo,
  classes,
  attributes,
}: Base & { readonly url?: string | undefined; readonly logo: Child }) {
  return (
    <div class={cx('govuk-generic-header', classes)} {...attributes}>
      <div class="govuk-generic-header__container govuk-width-container">
        <div class="govuk-generic-header__logo">
          <a href={url} class="govuk-generic-header__homepage-link">
            {logo}
          </a>
        </div>
      </div>
    </div>
  )
}
