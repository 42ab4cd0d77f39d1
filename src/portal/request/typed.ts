import { WHY_STOLEN, parseImei, withCheckDigit, type Imei14 } from '../../core/index.ts'
import { ASKED, phoneNumber } from '../../registry/index.ts'
import { readNumber } from '../check/number.ts'

/** The questions of the form. */
export const FIELDS = ['why', 'number', 'operator', 'name', 'happened', 'reach', 'imei'] as const
export type RequestField = (typeof FIELDS)[number]
export type RequestTyped = Readonly<Record<RequestField, string>>
export type RequestErrors = Partial<Readonly<Record<RequestField, string>>>

export const EMPTY: RequestTyped = {
  why: '',
  number: '',
  operator: '',
  name: '',
  happened: '',
  reach: '',
  imei: '',
}

/** What of the form is kept to be shown again: more than any field may hold, less than anything that hurts. */
const MAX_KEPT = 300

export const typedIn = (form: Readonly<Record<string, string>>): RequestTyped => ({
  ...EMPTY,
  ...Object.fromEntries(
    FIELDS.map((name) => [name, (form[name] ?? '').trim().slice(0, MAX_KEPT)] as const),
  ),
})

type Why = keyof typeof WHY_STOLEN
const isWhy = (text: string): text is Why => Object.hasOwn(WHY_STOLEN, text)

/** What was typed, as the registry takes it. */
export interface RequestRead {
  readonly why: number
  readonly imei: Imei14 | null
}

const IMEI_MISTAKES = {
  length: 'An IMEI has 15 digits. Count them again',
  digits: 'An IMEI has digits only',
  checkDigit:
    'The last digit does not fit the others, so one of them is wrong. Compare them with the box',
} as const

/** Either what is wrong, a sentence for each field, or what it means. */
export function readTyped(
  typed: RequestTyped,
): { readonly errors: RequestErrors } | { readonly read: RequestRead } {
  const imei = imeiTyped(typed.imei)
  const errors: RequestErrors = {
    ...(!isWhy(typed.why) && { why: 'Choose what happened' }),
    ...(phoneNumber(typed.number) === null && {
      number: 'Enter the number people phoned you on, like 07700 900123',
    }),
    ...required(typed, 'operator', 'Enter the name of your operator'),
    ...required(typed, 'name', 'Enter your name'),
    ...required(typed, 'happened', 'Enter when it happened, roughly'),
    ...tooLong(typed, 'reach'),
    ...('error' in imei && { imei: imei.error }),
  }
  if (Object.keys(errors).length > 0 || 'error' in imei || !isWhy(typed.why)) return { errors }
  return { read: { why: WHY_STOLEN[typed.why], imei: imei.imei } }
}

type Text = keyof typeof ASKED

function required(typed: RequestTyped, name: Text, sentence: string): RequestErrors {
  return typed[name] === '' ? { [name]: sentence } : tooLong(typed, name)
}

function tooLong(typed: RequestTyped, name: Text): RequestErrors {
  const most = ASKED[name]
  return typed[name].length > most ? { [name]: `Write at most ${most} characters` } : {}
}

/** Empty is fine: the officer obtains it. */
export function imeiTyped(
  text: string,
): { readonly imei: Imei14 | null } | { readonly error: string } {
  if (text === '') return { imei: null }
  const read = readNumber(text)
  if (typeof read === 'object') {
    return 'imei' in read ? { imei: read.imei } : { error: IMEI_MISTAKES.digits }
  }
  const error = read in IMEI_MISTAKES ? IMEI_MISTAKES[read as keyof typeof IMEI_MISTAKES] : null
  return { error: error ?? IMEI_MISTAKES.digits }
}

/** As on the box, with its check digit. */
export const imeiShown = (typed: string): string => withCheckDigit(parseImei(typed).imei14)
