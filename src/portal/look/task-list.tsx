import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'
import { Tag } from './tag.tsx'

export interface Task {
  readonly title: Child
  readonly href?: string | undefined
  readonly hint?: Child
  /** A word; with classes it stands in a tag. */
  readonly status: {
    readonly text: string
    readonly tag?: string | undefined
    readonly classes?: string | undefined
  }
}

export function TaskList({
  tasks,
  idPrefix = 'task-list',
  classes,
  attributes,
}: Base & { readonly tasks: readonly Task[]; readonly idPrefix?: string | undefined }) {
  return (
    <ul class={cx('govuk-task-list', classes)} {...attributes}>
      {tasks.map((task, i) => (
        <Item task={task} id={`${idPrefix}-${i + 1}`} />
      ))}
    </ul>
  )
}

function Item({ task, id }: { readonly task: Task; readonly id: string }) {
  const { title, href, hint, status } = task
  return (
    <li
      class={cx('govuk-task-list__item', href !== undefined && 'govuk-task-list__item--with-link')}
    >
      <div class="govuk-task-list__name-and-hint">
        {href === undefined ? (
          <div>{title}</div>
        ) : (
          <a
            class="govuk-link govuk-task-list__link"
            href={href}
            aria-describedby={`${hint === undefined ? '' : `${id}-hint `}${id}-status`}
          >
            {title}
          </a>
        )}
        {hint === undefined ? null : (
          <div id={`${id}-hint`} class="govuk-task-list__hint">
            {hint}
          </div>
        )}
      </div>
      <div class={cx('govuk-task-list__status', status.classes)} id={`${id}-status`}>
        {status.tag === undefined ? status.text : <Tag classes={status.tag}>{status.text}</Tag>}
      </div>
    </li>
  )
}
