import type { Contact } from '../../core/index.ts'
import { EMERGENCY_NUMBERS, type Screen } from '../gate.ts'
import type { RefusedPart } from '../parts/fitting.ts'
import { WORDS, type Language, type Words } from './words.ts'

/** What a person reads on a phone that does not open, in one language. */
export interface Glass {
  readonly title: string
  /** The owner's words; null where the phone has no owner to speak of. */
  readonly message: string | null
  readonly lines: readonly string[]
  readonly contact: (Contact & { readonly label: string }) | null
  /** What stands beneath the code for scanning. */
  readonly scan: string
  readonly emergency: { readonly label: string; readonly numbers: readonly string[] }
}

/** Null for an open phone: its glass is its user's. */
export function glassOf(screen: Screen, language: Language): Glass | null {
  if (screen.kind === 'home') return null
  const words = WORDS[language]
  const emergency = { label: words.emergency, numbers: EMERGENCY_NUMBERS }
  const title = words.title[screen.kind]
  const { scan } = words
  if (screen.kind === 'activation-needed') {
    const lines = [words.activation, words.asksNothing]
    return { title, message: null, lines, contact: null, scan, emergency }
  }
  if (screen.kind === 'restricted') {
    const lines = [...screen.parts.map((part) => partLine(part, words)), words.asksNothing]
    return { title, message: null, lines: [...new Set(lines)], contact: null, scan, emergency }
  }
  const { kind, authority, index, until, contact, reference } = screen
  const isOver = kind === 'retired'
  const lines = [
    words.orderedBy(authority, index),
    ...(until === null ? [] : [words.until(timeIn(language, until))]),
    ...(isOver ? [] : [words.found]),
    ...(isOver || reference === null ? [] : [words.reference(reference)]),
    words.appeal,
    words.asksNothing,
  ]
  const message = isOver ? null : words.message[screen.message]
  const reach = contact && { label: words.police, ...contact }
  return { title, message, lines, contact: reach, scan, emergency }
}

function partLine({ why, authority }: RefusedPart, words: Words): string {
  return why === 'donor-stolen' ? words.partStolen(authority) : words.partRefused
}

/** In UTC: which zone the phone is in, its own clock would have to know. */
function timeIn(language: Language, seconds: number): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return `${format.format(seconds * 1000)} UTC`
}
