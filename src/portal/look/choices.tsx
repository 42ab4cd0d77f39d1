import type { Child } from 'hono/jsx'
import { cx, ids, type Base } from './attributes.ts'
import { Group, Hint, HintAndError, has } from './field.tsx'
import { Fieldset, type Legend } from './fieldset.tsx'

export interface Choice {
  readonly value: string
  readonly text: Child
  readonly hint?: Child
  readonly id?: string | undefined
  /** Of a checkbox that has a name of its own. */
  readonly name?: string | undefined
  readonly isDisabled?: boolean | undefined
  /** Shown while it is chosen; without JavaScript always. */
  readonly reveals?: Child
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

/** A word between two choices: "or". */
export interface Divider {
  readonly divider: string
}

interface Choices extends Base {
  readonly name: string
  readonly idPrefix?: string | undefined
  readonly choices: readonly (Choice | Divider)[]
  readonly legend?: Legend | undefined
  readonly hint?: Child
  readonly error?: string | null | undefined
  readonly groupClasses?: string | undefined
}

export function Radios(props: Choices & { readonly value?: string | undefined }) {
  return (
    <Set
      kind="radios"
      props={props}
      isChosen={({ value }) => !!props.value && value === props.value}
    />
  )
}

export function Checkboxes(props: Choices & { readonly values?: readonly string[] | undefined }) {
  return (
    <Set
      kind="checkboxes"
      props={props}
      isChosen={({ value }) => props.values?.includes(value) ?? false}
    />
  )
}

type Kind = 'radios' | 'checkboxes'

function Set({
  kind,
  props,
  isChosen,
}: {
  readonly kind: Kind
  readonly props: Choices
  readonly isChosen: (choice: Choice) => boolean
}) {
  const prefix = props.idPrefix ?? props.name
  const described = ids(has(props.hint) && `${prefix}-hint`, props.error && `${prefix}-error`)
  const inner = (
    <>
      <HintAndError id={prefix} hint={props.hint} error={props.error} />
      <div
        class={cx(`govuk-${kind}`, props.classes)}
        {...props.attributes}
        data-module={`govuk-${kind}`}
      >
        {props.choices.map((choice, i) =>
          'divider' in choice ? (
            <div class={`govuk-${kind}__divider`}>{choice.divider}</div>
          ) : (
            <Item
              kind={kind}
              choice={choice}
              name={choice.name ?? props.name}
              id={choice.id ?? (i === 0 ? prefix : `${prefix}-${i + 1}`)}
              isChosen={isChosen(choice)}
              // A set without a legend has nothing that would carry its description.
              described={kind === 'checkboxes' && !props.legend ? described : undefined}
            />
          ),
        )}
      </div>
    </>
  )
  return (
    <Group error={props.error} classes={props.groupClasses}>
      {props.legend ? (
        <Fieldset legend={props.legend} describedBy={described}>
          {inner}
        </Fieldset>
      ) : (
        inner
      )}
    </Group>
  )
}

function Item({
  kind,
  choice,
  name,
  id,
  isChosen,
  described,
}: {
  readonly kind: Kind
  readonly choice: Choice
  readonly name: string
  readonly id: string
  readonly isChosen: boolean
  readonly described: string | undefined
}) {
  const hintId = has(choice.hint) ? `${id}-item-hint` : undefined
  const reveals = has(choice.reveals)
  return (
    <>
      <div class={`govuk-${kind}__item`}>
        <input
          class={`govuk-${kind}__input`}
          id={id}
          name={name}
          type={kind === 'radios' ? 'radio' : 'checkbox'}
          value={choice.value}
          checked={isChosen}
          disabled={choice.isDisabled}
          data-aria-controls={reveals ? `conditional-${id}` : undefined}
          aria-describedby={ids(described, hintId)}
          {...choice.attributes}
        />
        <label class={`govuk-label govuk-${kind}__label`} for={id}>
          {choice.text}
        </label>
        {hintId ? (
          <Hint id={hintId} classes={`govuk-${kind}__hint`}>
            {choice.hint}
          </Hint>
        ) : null}
      </div>
      {reveals ? (
        <div
          class={cx(
            `govuk-${kind}__conditional`,
            !isChosen && `govuk-${kind}__conditional--hidden`,
          )}
          id={`conditional-${id}`}
        >
          {choice.reveals}
        </div>
      ) : null}
    </>
  )
}
