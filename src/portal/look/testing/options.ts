import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'

/** Options of a Nunjucks macro: whatever a fixture says. */
export type Options = Readonly<Record<string, never>>

export class NotPorted extends Error {}

/** The options; what is asked for and never read was not ported, and its fixture says nothing about us. */
export function only(options: Options, ...names: readonly string[]): Options {
  for (const name of Object.keys(options ?? {}))
    if (!names.includes(name)) throw new NotPorted(name)
  return options
}

export const missing = (name: string): never => {
  throw new NotPorted(name)
}

export const words = (options: Options): Child => {
  const { html, text } = options as unknown as { html?: string; text?: string }
  return html ? raw(html) : text
}
export const base = ({ classes, attributes }: Options) => ({ classes, attributes })
export const BASE = ['classes', 'attributes']
export const WORDS = ['text', 'html']

export const text = (options: Options | undefined): Child =>
  options && words(only(options, ...WORDS))
export const error = (options: Options | undefined): string | undefined => {
  if (!options) return undefined
  return only(options, 'text')['text']
}
export const label = (options: Options) => ({
  ...base(only(options, 'for', 'isPageHeading', ...WORDS, ...BASE)),
  content: words(options),
  isPageHeading: options['isPageHeading'],
})
const group = (options: Options | undefined) => options && only(options, 'classes')['classes']
export const FIELD = [
  'id',
  'name',
  'label',
  'hint',
  'errorMessage',
  'formGroup',
  'describedBy',
  ...BASE,
]
export const field = (o: Options) => ({
  ...base(o),
  id: o['id'],
  name: o['name']!,
  label: label(o['label']!),
  hint: text(o['hint']),
  error: error(o['errorMessage']),
  groupClasses: group(o['formGroup']),
  describedBy: o['describedBy'],
})
export const legend = (o: Options | undefined) =>
  o && {
    content: words(only(o, 'classes', 'isPageHeading', ...WORDS)),
    classes: o['classes'],
    isPageHeading: o['isPageHeading'],
  }
/** @throws {NotPorted} gaps in a list: here a list is what it says */
export const list = (items: Options | undefined): readonly Options[] => {
  const all = (items as unknown as Options[] | undefined) ?? []
  if (all.some((item) => !item)) throw new NotPorted('gap')
  return all
}

export const choices = (o: Options) => ({
  ...base(
    only(
      o,
      'idPrefix',
      'name',
      'fieldset',
      'hint',
      'errorMessage',
      'formGroup',
      'items',
      'value',
      'values',
      ...BASE,
    ),
  ),
  idPrefix: o['idPrefix'],
  name: o['name']!,
  legend: o['fieldset'] && legend(only(o['fieldset'], 'legend')['legend']),
  hint: text(o['hint']),
  error: error(o['errorMessage']),
  groupClasses: group(o['formGroup']),
  choices: list(o['items']).map((item) =>
    item['divider']
      ? { divider: item['divider'] }
      : {
          ...only(
            item,
            'value',
            'id',
            'name',
            'hint',
            'disabled',
            'conditional',
            'attributes',
            ...WORDS,
          ),
          text: words(item),
          value: String(item['value'] ?? ''),
          hint: text(item['hint']),
          isDisabled: item['disabled'],
          reveals: item['conditional'] && text(item['conditional']),
        },
  ),
})

const action = (o: Options) => ({
  href: only(o, 'href', 'visuallyHiddenText', ...WORDS)['href']!,
  text: words(o),
  hiddenText: o['visuallyHiddenText'],
})
export const actions = (o: Options | undefined) => o && list(only(o, 'items')['items']).map(action)
export const cell = (o: Options) => ({
  ...only(o, 'format', 'classes', 'colspan', 'rowspan', 'attributes', ...WORDS),
  content: words(o),
})

export const status = (o: Options) => {
  const { tag, text: said, classes } = only(o, 'tag', 'text', 'classes')
  return tag
    ? { text: only(tag, 'text', 'classes')['text']!, tag: tag['classes'] ?? '', classes }
    : { text: said!, classes }
}
