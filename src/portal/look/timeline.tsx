import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface TimelineItem {
  readonly title: Child
  /** Who did it; "by" stands before it. */
  readonly byline?: Child
  readonly at: { readonly timestamp: string; readonly words: string }
  readonly description?: Child
  readonly classes?: string | undefined
}

/** MOJ's timeline: what happened, newest first. */
export function Timeline({
  items,
  headingLevel = 2,
  classes,
  attributes,
}: Base & {
  readonly items: readonly TimelineItem[]
  readonly headingLevel?: 2 | 3 | undefined
}) {
  const Heading = `h${headingLevel}` as const
  return (
    <div class={cx('moj-timeline', classes)} {...attributes}>
      {items.map(({ title, byline, at, description, classes: own }) => (
        <div class={cx('moj-timeline__item', own)}>
          <div class="moj-timeline__header">
            <Heading class="moj-timeline__title">{title}</Heading>
            {byline === undefined ? null : <p class="moj-timeline__byline">by {byline}</p>}
          </div>
          <p class="moj-timeline__date">
            <time datetime={at.timestamp}>{at.words}</time>
          </p>
          <div class="moj-timeline__description">{description}</div>
        </div>
      ))}
    </div>
  )
}
