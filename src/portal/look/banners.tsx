import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'
import { Button } from './button.tsx'
import { Tag } from './tag.tsx'

export function NotificationBanner({
  type,
  title,
  heading,
  classes,
  attributes,
  children,
}: Base & {
  readonly type?: 'success' | undefined
  readonly title?: Child
  /** A single sentence, large. */
  readonly heading?: string | undefined
  readonly children?: Child
}) {
  const isSuccess = type === 'success'
  return (
    <div
      class={cx(
        'govuk-notification-banner',
        isSuccess && 'govuk-notification-banner--success',
        classes,
      )}
      role={isSuccess ? 'alert' : 'region'}
      aria-labelledby="govuk-notification-banner-title"
      data-module="govuk-notification-banner"
      {...attributes}
    >
      <div class="govuk-notification-banner__header">
        <h2 class="govuk-notification-banner__title" id="govuk-notification-banner-title">
          {title ?? (isSuccess ? 'Success' : 'Important')}
        </h2>
      </div>
      <div class="govuk-notification-banner__content">
        {heading === undefined ? null : <p class="govuk-notification-banner__heading">{heading}</p>}
        {children}
      </div>
    </div>
  )
}

export function PhaseBanner({
  tag,
  classes,
  attributes,
  children,
}: Base & { readonly tag: Child; readonly children?: Child }) {
  return (
    <div class={cx('govuk-phase-banner govuk-width-container', classes)} {...attributes}>
      <p class="govuk-phase-banner__content">
        <Tag classes="govuk-phase-banner__content__tag">{tag}</Tag>{' '}
        <span class="govuk-phase-banner__text">{children}</span>
      </p>
    </div>
  )
}

/** The end of a journey: what happened, and the reference. */
export function Panel({
  title,
  headingLevel = 1,
  classes,
  attributes,
  children,
}: Base & {
  readonly title: Child
  readonly headingLevel?: 1 | 2 | 3 | undefined
  readonly children?: Child
}) {
  const Heading = `h${headingLevel}` as const
  return (
    <div class={cx('govuk-panel govuk-panel--confirmation', classes)} {...attributes}>
      <Heading class="govuk-panel__title">{title}</Heading>
      {children === undefined ? null : <div class="govuk-panel__body">{children}</div>}
    </div>
  )
}

/** Leaves for a neutral page at once, where somebody may look over a shoulder. Pressing Shift three times does it too. */
export function ExitThisPage({
  redirectUrl,
  id,
  classes,
  attributes,
  children,
}: Base & {
  readonly redirectUrl: string
  readonly id?: string | undefined
  readonly children?: Child
}) {
  return (
    <div
      id={id}
      class={cx('govuk-exit-this-page', classes)}
      data-module="govuk-exit-this-page"
      {...attributes}
    >
      <Button
        classes="govuk-button--warning govuk-exit-this-page__button govuk-js-exit-this-page-button"
        href={redirectUrl}
        attributes={{ rel: 'nofollow noreferrer' }}
      >
        {children ?? (
          <>
            <span class="govuk-visually-hidden">Emergency</span> Exit this page
          </>
        )}
      </Button>
    </div>
  )
}
