import { demand, parseOwnerKeyRecord, type RELEASED_TO } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { audit } from '../model/audit.ts'
import type { Caller } from '../model/caller.ts'
import type { KnownOrder } from '../model/orders.ts'
import { caseById } from './cases.ts'

/** An insurer paid for the phone of a case. Times in ms. */
export interface Claim {
  readonly insurer: string
  readonly reference: string
  readonly paidAt: number
  /** Times its phone was used or set up since, as far as anybody saw. */
  readonly usedSince: number
}

/**
 * Marks that an insurer has paid: the phone is released to nobody else from now on, and its further use
 * is seen. @throws {Refusal} forbidden, not-found
 */
export async function markPaid(
  context: Context,
  caller: Caller,
  paid: { readonly caseId: string; readonly insurer: string; readonly reference: string },
): Promise<void> {
  const { caseId, insurer, reference } = paid
  const { subjectId } = await caseById(context, caller, caseId)
  await context.db
    .insertInto('case_claims')
    .values({
      case_id: caseId,
      subject_id: subjectId,
      insurer,
      claim_reference: reference,
      paid_ms: context.sequencer.now(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await audit(context, caller, 'claim.paid', { caseId, subjectId })
}

/** The claim that this case is marked with. */
export async function claimOf({ db }: Context, caseId: string): Promise<Claim | null> {
  const row = await db
    .selectFrom('case_claims')
    .selectAll()
    .where('case_id', '=', caseId)
    .executeTakeFirst()
  if (!row) return null
  const { used } = await db
    .selectFrom('sightings')
    .select(({ fn }) => fn.countAll<bigint>().as('used'))
    .where('subject_id', '=', row.subject_id)
    .where('how', 'in', ['attach', 'activation'])
    .where('at_ms', '>=', row.paid_ms)
    .executeTakeFirstOrThrow()
  return {
    insurer: row.insurer,
    reference: row.claim_reference,
    paidAt: Number(row.paid_ms),
    usedSince: Number(used),
  }
}

/** Whether a claim was paid for this theft, in whichever case: not for one that ended before. */
async function isPaid(
  { db }: Context,
  subjectId: string,
  orders: readonly KnownOrder[],
): Promise<boolean> {
  const released = orders.findLast(({ order }) => order.act === 'release')
  const row = await db
    .selectFrom('case_claims')
    .select('case_id')
    .where('subject_id', '=', subjectId)
    .where('paid_ms', '>', BigInt(released?.t ?? 0))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Who was paid for a phone does not get it back: it is released as passed in title, on the key that a
 * logged record of that basis put behind its lock. A court and an error stay possible.
 * @throws {Refusal} wrong-state, owner-key
 */
export async function demandItsInsurer(
  context: Context,
  release: {
    readonly subjectId: string
    readonly to: keyof typeof RELEASED_TO
    /** The lock it undoes. */
    readonly of: number
    readonly orders: readonly KnownOrder[]
  },
): Promise<void> {
  const { subjectId, to, of, orders } = release
  if (to === 'titlePassed') {
    const { ledger } = context.sequencer
    const now = context.sequencer.now()
    const newest = ledger.ownerKeys(of).findLast(({ from }) => from <= now)
    const basis = newest && parseOwnerKeyRecord(newest.body.payload).basis
    demand(basis === 'title', 'owner-key', 'no title has passed behind this order yet')
  } else if (to === 'returned') {
    const paid = await isPaid(context, subjectId, orders)
    demand(!paid, 'wrong-state', 'a claim was paid: it goes to the insurer')
  }
}
