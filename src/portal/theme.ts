import { demand } from '../core/index.ts'

/** Whose pages these are. */
export interface Theme {
  readonly name: string
  /** `#rrggbb`, of header, buttons of the brand and timelines; white stands on it. */
  readonly colour: string
  /** Nobody has put a name of his own here: every page says that it is a demonstration. */
  readonly isDemonstration: boolean
}

export const DEMONSTRATION: Theme = {
  name: 'Stolen Mode',
  colour: '#1d3557',
  isDemonstration: true,
}

/** WCAG 2.2 §1.4.3, for text of any size. */
const LEAST_CONTRAST = 4.5
const MAX_NAME = 60

/** @throws {Refusal} config: no such colour, too pale for white text, or a name of no use */
export function themeOf(name: string, colour: string): Theme {
  demand(
    name.trim() !== '' && name.length <= MAX_NAME,
    'config',
    'expected a name of 1 to 60 characters',
  )
  demand(/^#[0-9a-f]{6}$/i.test(colour), 'config', 'expected a colour as #rrggbb')
  demand(
    contrastWithWhite(colour) >= LEAST_CONTRAST,
    'config',
    `white text on ${colour} is hard to read: choose a darker colour`,
  )
  return { name, colour, isDemonstration: false }
}

/** The one thing a theme changes. */
export const themeCss = ({ colour }: Theme): string => `:root{--govuk-brand-colour:${colour}}`

/** WCAG 2.2, definitions of relative luminance and contrast ratio. */
function contrastWithWhite(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05)
}
