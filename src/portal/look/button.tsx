import type { Child } from 'hono/jsx'
import { cx, type Base } from './attributes.ts'

export interface ButtonProps extends Base {
  readonly children?: Child
  readonly type?: 'submit' | 'button' | 'reset' | undefined
  readonly name?: string | undefined
  readonly value?: string | undefined
  readonly id?: string | undefined
  readonly isDisabled?: boolean | undefined
  /** With it the button is a link that looks like one. */
  readonly href?: string | undefined
  /** The first step of a journey: an arrow. */
  readonly isStart?: boolean | undefined
  /** Ignores a second press within a second; the server refuses it anyhow. */
  readonly preventsDoubleClick?: boolean | undefined
}

export function Button(props: ButtonProps) {
  const { children, classes, attributes, id, href, isStart = false } = props
  const common = {
    class: cx('govuk-button', classes, isStart && 'govuk-button--start'),
    'data-module': 'govuk-button',
    ...attributes,
    ...(id !== undefined && { id }),
  }
  const content = (
    <>
      {children}
      {isStart ? <StartIcon /> : null}
    </>
  )
  if (href !== undefined)
    return (
      <a href={href} role="button" draggable={false} {...common}>
        {content}
      </a>
    )
  const { type = 'submit', name, value, isDisabled = false, preventsDoubleClick } = props
  return (
    <button
      type={type}
      value={value}
      name={name}
      disabled={isDisabled}
      aria-disabled={isDisabled ? 'true' : undefined}
      data-prevent-double-click={
        preventsDoubleClick === undefined ? undefined : String(preventsDoubleClick)
      }
      {...common}
    >
      {content}
    </button>
  )
}

function StartIcon() {
  return (
    <svg
      class="govuk-button__start-icon"
      xmlns="http://www.w3.org/2000/svg"
      width="17.5"
      height="19"
      viewBox="0 0 33 40"
      aria-hidden="true"
      focusable="false"
    >
      <path fill="currentColor" d="M0 0h13l20 20-20 20H0l20-20z" />
    </svg>
  )
}
