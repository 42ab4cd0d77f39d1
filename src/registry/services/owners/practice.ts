import type { Context } from '../../context.ts'
import { deviceOfCard } from '../owner-proofs.ts'

/** Whether a card works, and nothing else: no order, no message, no row. @throws {Refusal} proof-too-weak */
export async function practise(context: Context, card: string): Promise<void> {
  await deviceOfCard(context, card)
}
