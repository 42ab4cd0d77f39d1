import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface Action {
  readonly href: string
  readonly text: Child
  /** Which of the many "Change" this is, read out. */
  readonly hiddenText?: string | undefined
}

export interface SummaryRow {
  readonly key: Child
  readonly value: Child
  readonly actions?: readonly Action[] | undefined
  readonly classes?: string | undefined
}

export function SummaryList({
  rows,
  card,
  classes,
  attributes,
}: Base & {
  readonly rows: readonly SummaryRow[]
  readonly card?: { readonly title: string; readonly actions?: readonly Action[] } | undefined
}) {
  const anyActions = rows.some(({ actions }) => actions?.length)
  const list = (
    <dl class={cx('govuk-summary-list', classes)} {...attributes}>
      {rows.map(({ key, value, actions, classes: rowClasses }) => (
        <div
          class={cx(
            'govuk-summary-list__row',
            anyActions && !actions && 'govuk-summary-list__row--no-actions',
            rowClasses,
          )}
        >
          <dt class="govuk-summary-list__key">{key}</dt>
          <dd class="govuk-summary-list__value">{value}</dd>
          {actions?.length ? (
            <dd class="govuk-summary-list__actions">
              <Actions
                actions={actions}
                card={card?.title}
                listClass="govuk-summary-list__actions-list"
                itemClass="govuk-summary-list__actions-list-item"
              />
            </dd>
          ) : null}
        </div>
      ))}
    </dl>
  )
  if (!card) return list
  return (
    <div class="govuk-summary-card">
      <div class="govuk-summary-card__title-wrapper">
        <h2 class="govuk-summary-card__title">{card.title}</h2>
        <CardActions title={card.title} actions={card.actions ?? []} />
      </div>
      <div class="govuk-summary-card__content">{list}</div>
    </div>
  )
}

function CardActions({
  title,
  actions,
}: {
  readonly title: string
  readonly actions: readonly Action[]
}) {
  const [only, ...more] = actions
  if (only === undefined) return null
  if (more.length === 0)
    return (
      <div class="govuk-summary-card__actions">
        <ActionLink action={only} card={title} />
      </div>
    )
  return (
    <Actions
      actions={actions}
      card={title}
      listClass="govuk-summary-card__actions"
      itemClass="govuk-summary-card__action"
    />
  )
}

function Actions({
  actions,
  card,
  listClass,
  itemClass,
}: {
  readonly actions: readonly Action[]
  readonly card: string | undefined
  readonly listClass: string
  readonly itemClass: string
}) {
  const [only, ...more] = actions
  if (only !== undefined && more.length === 0) return <ActionLink action={only} card={card} />
  return (
    <ul class={listClass}>
      {actions.map((action) => (
        <li class={itemClass}>
          <ActionLink action={action} card={card} />
        </li>
      ))}
    </ul>
  )
}

function ActionLink({
  action,
  card,
}: {
  readonly action: Action
  readonly card: string | undefined
}) {
  const { href, text, hiddenText } = action
  const hidden = `${hiddenText ? ` ${hiddenText}` : ''}${card ? ` (${card})` : ''}`
  return (
    <a class="govuk-link" href={href}>
      {text}
      {hidden === '' ? null : <span class="govuk-visually-hidden">{hidden}</span>}
    </a>
  )
}
