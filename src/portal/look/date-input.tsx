import type { Child } from 'hono/jsx'
import { cx, ids, type Base } from './attributes.ts'
import { Group, HintAndError, has } from './field.tsx'
import { Fieldset, type Legend } from './fieldset.tsx'
import { Input } from './input.tsx'

const PARTS = [
  { name: 'day', label: 'Day', width: 2 },
  { name: 'month', label: 'Month', width: 2 },
  { name: 'year', label: 'Year', width: 4 },
] as const

type Part = (typeof PARTS)[number]['name']

/** Day, month and year in three boxes; the names are `<prefix>-day` and so on. */
export function DateInput(
  props: Base & {
    readonly id: string
    readonly namePrefix?: string | undefined
    readonly legend?: Legend | undefined
    readonly hint?: Child
    readonly error?: string | null | undefined
    /** Which boxes are wrong; all where left out and there is an error. */
    readonly wrong?: readonly Part[] | undefined
    readonly values?: Partial<Readonly<Record<Part, string>>> | undefined
  },
) {
  const described = ids(has(props.hint) && `${props.id}-hint`, props.error && `${props.id}-error`)
  const isWrong = (part: Part) => !!props.error && (props.wrong?.includes(part) ?? true)
  const inner = (
    <>
      <HintAndError id={props.id} hint={props.hint} error={props.error} />
      <div class={cx('govuk-date-input', props.classes)} {...props.attributes} id={props.id}>
        {PARTS.map(({ name, label, width }) => (
          <div class="govuk-date-input__item">
            <Input
              label={{ content: label, classes: 'govuk-date-input__label' }}
              id={`${props.id}-${name}`}
              classes={cx(
                'govuk-date-input__input',
                isWrong(name) && 'govuk-input--error',
                `govuk-input--width-${width}`,
              )}
              name={props.namePrefix ? `${props.namePrefix}-${name}` : name}
              value={props.values?.[name]}
              inputmode="numeric"
            />
          </div>
        ))}
      </div>
    </>
  )
  return (
    <Group error={props.error}>
      {props.legend ? (
        <Fieldset legend={props.legend} role="group" describedBy={described}>
          {inner}
        </Fieldset>
      ) : (
        inner
      )}
    </Group>
  )
}
