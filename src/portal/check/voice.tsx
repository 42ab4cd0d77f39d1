import type { Child } from 'hono/jsx'
import { Refusal, fromBase64, toBase64 } from '../../core/index.ts'
import type { Frame } from '../frame.tsx'
import { LANGUAGES, chosenLanguage, directionOf, languageOf, type Language } from '../languages.ts'
import { LanguageNavigation } from '../look/language-navigation.tsx'
import type { PageContext } from '../session.ts'
import { CHECK_WORDS, type CheckWords } from './words.ts'

/** One language with its words, numbers and times. */
export interface Voice {
  readonly language: Language
  readonly words: CheckWords
  /** Unix seconds, to the minute, in UTC and saying so. */
  readonly time: (seconds: number) => string
  readonly number: (value: number) => string
  /** Somebody's name, isolated: it is written in its own direction (UAX #9, FSI and PDI). */
  readonly name: (text: string) => string
}

/** The language asked for in the address, else the first of the browser's that we speak. */
export function voiceOf(c: PageContext): Voice {
  const language =
    chosenLanguage(c.req.query('lang')) ?? languageOf(c.req.header('accept-language'))
  // The digits that stand on the phone and in the log, in every script.
  const locale = `${language}-u-nu-latn`
  const clock = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  const digits = new Intl.NumberFormat(locale)
  return {
    language,
    words: CHECK_WORDS[language],
    time: (seconds) => isolated(`${clock.format(seconds * 1000)} UTC`),
    number: (value) => isolated(digits.format(value)),
    name: isolated,
  }
}

const isolated = (text: string) => `\u2068${text}\u2069`

/** An address of this area, in the reader's language. */
export const at = (path: string, { language }: Voice): string => `/check${path}?lang=${language}`

/** A page of the check, or of `area`, in one language, with the way to the six others. */
export function spoken(
  frame: Frame,
  voice: Voice,
  page: {
    readonly title: string
    readonly hasError?: boolean
    readonly area?: '/check' | '/mine'
    /** Address of this page in another language, up to its `lang`. */
    readonly path?: string
    /** What else stands in that address. */
    readonly query?: string
    readonly back?: string
    readonly scripts?: readonly string[]
  },
  content: Child,
): string {
  const { language, words } = voice
  const { area = '/check', path = '', query = '', ...head } = page
  const items = Object.entries(LANGUAGES).map(([tag, text]) => ({
    text,
    lang: tag,
    dir: directionOf(tag as Language),
    ...(tag !== language && { href: `${area}${path}?lang=${tag}${query}` }),
  }))
  return frame.page(
    {
      ...head,
      language,
      words: words.frame,
      before: <LanguageNavigation label={words.languages} items={items} classes="app-no-print" />,
    },
    content,
  )
}

/** A signed answer in an address: RFC 4648 §5, without padding. */
export const toAddress = (signed: Uint8Array): string =>
  toBase64(signed).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

/** Longer than any answer. */
const MAX_ADDRESS = 1_024

/** @throws {Refusal} malformed */
export function fromAddress(text: string): Uint8Array {
  if (text === '' || text.length > MAX_ADDRESS || /[^\w-]/.test(text))
    throw new Refusal('malformed', 'no signed answer')
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='))
}
