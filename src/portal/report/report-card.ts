import { Refusal, WHY_STOLEN } from '../../core/index.ts'
import { PROBLEMS } from '../../wire/index.ts'
import { reportStolen, type Context } from '../../registry/index.ts'
import { createdId } from '../form-id.ts'

/** More than a card has, with whatever people type between: what is longer is none. */
const MAX_CARD = 40
const MAX_FORM = 64

/** Fields of the form, as they came. */
export type ReportFields = Readonly<Record<string, string>>

/** The report's id, or why there is none. */
export type Reported =
  | { readonly id: string }
  | { readonly card: string; readonly status: 403 | 422 }
  | { readonly why: string }
  | { readonly refused: Refusal }

type Why = keyof typeof WHY_STOLEN
const isWhy = (text: string): text is Why => Object.hasOwn(WHY_STOLEN, text)

/** Refusals that no typing mends, each with a page of its own. */
const FINAL = ['hold-exhausted', 'wrong-state'] as const
const isFinal = ({ code, facts }: Refusal) =>
  FINAL.some((final) => final === code) || facts?.['dispute'] !== undefined

/** Holds the phone of this card; the same form sent twice reports once. */
export async function reportByCard(context: Context, fields: ReportFields): Promise<Reported> {
  const { card = '', why = '', form = '' } = fields
  if (card.trim() === '')
    return { card: 'Enter the code that stands on your recovery card', status: 422 }
  if (!isWhy(why)) return { why: 'Choose what happened' }
  if (card.length > MAX_CARD) return { card: UNKNOWN_CARD, status: 403 }
  try {
    const id = createdId(form.slice(0, MAX_FORM), card)
    await reportStolen(context, { id, card, why: WHY_STOLEN[why] })
    return { id }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (isFinal(error)) return { refused: error }
    if (error.code === 'proof-too-weak') return { card: UNKNOWN_CARD, status: 403 }
    throw error
  }
}

/** Of a code that is wrong, and of one that never was. */
export const UNKNOWN_CARD =
  'No phone belongs to this code. Look at the card again: 0 and O, 1 and I are the same'

/** One sentence for somebody whose card is right, and still does nothing. */
export function finalSentence(refused: Refusal): string {
  const dispute = refused.facts?.['dispute']
  if (dispute !== undefined)
    return `This phone was handed over to somebody else. Police see both sides; your reference is ${String(dispute)}.`
  if (refused.code === 'hold-exhausted')
    return 'Your card has locked this phone before, and that lock ended or was taken back. The next one needs an officer, or your passkey in your account.'
  if (refused.code === 'wrong-state')
    return 'This phone is locked or reported already. Follow it with your reference and your card.'
  return PROBLEMS[refused.code].title
}
