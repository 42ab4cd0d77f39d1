import { WHY_STOLEN, type Imei14 } from '../../core/index.ts'
import { imeiTyped } from '../request/typed.ts'
import { WHY_WORDS } from './words.ts'

/** How an officer came by the number of a phone. */
export const OBTAINED_WORDS = {
  operator: 'From its operator',
  'in-person': 'From papers that I saw: box, receipt or contract',
} as const
type Own = keyof typeof OBTAINED_WORDS

export const HAPPENED_WORDS: Readonly<Record<number, string>> = Object.fromEntries(
  (Object.keys(WHY_STOLEN) as (keyof typeof WHY_STOLEN)[]).map((why) => [
    WHY_STOLEN[why],
    WHY_WORDS[why],
  ]),
)

/** What an officer typed to take a request up. */
export interface Obtained {
  readonly imei: string
  readonly own: Own | ''
  readonly crime: string
}

export type ObtainedErrors = Partial<Readonly<Record<keyof Obtained | 'reason', string>>>

export const NOTHING_YET: Obtained = { imei: '', own: '', crime: '' }

const MAX_KEPT = 64
const WHOLE = 15

export const obtainedIn = (form: Readonly<Record<string, string>>): Obtained => ({
  imei: kept(form['imei']),
  own: form['own'] === 'operator' || form['own'] === 'in-person' ? form['own'] : '',
  crime: kept(form['crime']),
})

const kept = (text = '') => text.trim().slice(0, MAX_KEPT)

/** Either what is wrong, a sentence for each field, or what it means. */
export function readObtained(
  typed: Obtained,
):
  | { readonly errors: ObtainedErrors }
  | { readonly imei: Imei14; readonly own: Own; readonly crimeReference: string } {
  const { own, crime } = typed
  const read = imeiTyped(typed.imei)
  // Without its last digit a number hits a stranger and nothing shows it.
  const isWhole = typed.imei.replace(/\D/g, '').length === WHOLE
  const imei = 'error' in read ? null : read.imei
  const wrong = 'error' in read ? read.error : 'Enter the IMEI, all 15 digits'
  const errors: ObtainedErrors = {
    ...((imei === null || !isWhole) && { imei: wrong }),
    ...(own === '' && { own: 'Choose how you obtained it' }),
    ...(crime === '' && { crime: 'Enter the crime reference, up to 64 characters' }),
  }
  if (imei === null || !isWhole || own === '' || crime === '') return { errors }
  return { imei, own, crimeReference: crime }
}
