import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface PageLink {
  readonly href: string
  readonly text?: string | undefined
}

/** Forward and back through a list whose length nobody knows: it is read by cursors. */
export function Pagination({
  previous,
  next,
  label = 'Pagination',
  classes,
  attributes,
}: Base & {
  readonly previous?: PageLink | undefined
  readonly next?: PageLink | undefined
  readonly label?: string | undefined
}) {
  return (
    <nav
      class={cx('govuk-pagination', (previous || next) && 'govuk-pagination--block', classes)}
      aria-label={label}
      {...attributes}
    >
      {previous ? (
        <Arrow kind="prev" link={previous}>
          {'Previous'}
          <span class="govuk-visually-hidden"> page</span>
        </Arrow>
      ) : null}
      {next ? (
        <Arrow kind="next" link={next}>
          {'Next'}
          <span class="govuk-visually-hidden"> page</span>
        </Arrow>
      ) : null}
    </nav>
  )
}

const PATHS = {
  prev: 'm6.5938-0.0078125-6.7266 6.7266 6.7441 6.4062 1.377-1.449-4.1856-3.9768h12.896v-2h-12.984l4.2931-4.293-1.414-1.414z',
  next: 'm8.107-0.0078125-1.4136 1.414 4.2926 4.293h-12.986v2h12.896l-4.1855 3.9766 1.377 1.4492 6.7441-6.4062-6.7246-6.7266z',
}

function Arrow({
  kind,
  link,
  children,
}: {
  readonly kind: 'prev' | 'next'
  readonly link: PageLink
  readonly children?: Child
}) {
  return (
    <div class={`govuk-pagination__${kind}`}>
      <a class="govuk-link govuk-pagination__link" href={link.href} rel={kind}>
        <svg
          class={`govuk-pagination__icon govuk-pagination__icon--${kind}`}
          xmlns="http://www.w3.org/2000/svg"
          height="13"
          width="15"
          aria-hidden="true"
          focusable="false"
          viewBox="0 0 15 13"
        >
          <path d={PATHS[kind]}></path>
        </svg>
        <span class="govuk-pagination__link-title govuk-pagination__link-title--decorated">
          {link.text ?? children}
        </span>
      </a>
    </div>
  )
}
