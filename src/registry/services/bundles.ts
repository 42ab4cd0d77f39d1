import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { bundleFor, rootsAfter } from '../model/bundles.ts'
import type { Caller } from '../model/caller.ts'
import { foldInForce, ordersOf } from '../model/orders.ts'
import { lookAtCase } from './cases.ts'
import { reportOfCard } from './reports.ts'

/** Bundles one answer carries: a phone's whole life, many times over. */
const MAX_BUNDLES = 64

/** An order that proves itself, to keep or to carry. */
export interface ExportedBundle {
  readonly act: string
  readonly index: number
  readonly bundle: Uint8Array
}

/** Every order in force about a case's device, for an officer of its force. @throws {Refusal} forbidden, not-found */
export async function bundlesOfCase(context: Context, caller: Caller, id: string) {
  const { subject } = await lookAtCase(context, caller, id)
  return bundlesOf(context, subject.id)
}

/** The same for the owner, by report reference and card. @throws {Refusal} not-found */
export async function bundlesOfReport(
  context: Context,
  asked: { readonly reference: string; readonly card: string },
) {
  return bundlesOf(context, (await reportOfCard(context, asked)).subject_id)
}

async function bundlesOf(context: Context, subjectId: string): Promise<ExportedBundle[]> {
  const { db, sequencer } = context
  const logged = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const { orders } = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  // Most of those who will read it hold the root document that was given out by hand.
  const roots = await rootsAfter(context, context.trust.root.version)
  const exported: ExportedBundle[] = []
  for (const known of orders.slice(-MAX_BUNDLES)) {
    const bundle = await bundleFor(context, known, roots)
    if (bundle) exported.push({ act: known.order.act, index: known.index, bundle })
  }
  return exported
}
