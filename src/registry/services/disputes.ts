import {
  DISPUTE_MS,
  HEARING_MS,
  Refusal,
  WHY_STOLEN,
  demand,
  equal,
  thumbprint,
  type PublicKey,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { cardHash } from '../model/cards.ts'
import { buyerOf, salesOf } from '../model/sales.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'
import type { Case } from './cases.ts'
import { tell } from './notices.ts'

/**
 * A former owner reports the phone he sold: for 14 days that opens a dispute, which holds nothing. Police
 * see the sale first, and the present holder is told and heard. Null: a stranger, or too late.
 * @param said.reference for a dispute that is new; one sale has one
 */
export async function openDispute(
  context: Context,
  said: { readonly card: Uint8Array; readonly why: number; readonly reference: string },
): Promise<string | null> {
  const { db, sequencer } = context
  const now = sequencer.now()
  const sale = await db
    .selectFrom('sales')
    .select(['log_index', 'device_id', 'at_ms'])
    .where('seller_card', '=', said.card)
    .orderBy('log_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!sale || now > Number(sale.at_ms) + DISPUTE_MS) return null
  const device = new Uint8Array(sale.device_id)
  const subject = await subjectForDevice(db, device)
  return inTransaction(db, async (trx) => {
    const opened = await trx
      .insertInto('disputes')
      .values({
        sale_index: sale.log_index,
        reference: said.reference,
        subject_id: subject.id,
        why: said.why,
        at_ms: now,
        heard_ms: null,
        statement: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (opened.numInsertedOrUpdatedRows === 1n)
      await tell(context, trx, { device, what: 'disputed', act: null, readyAt: null })
    const { reference } = await trx
      .selectFrom('disputes')
      .select('reference')
      .where('sale_index', '=', sale.log_index)
      .executeTakeFirstOrThrow()
    return reference
  })
}

/** What a former owner disputes, as the present one sees it. Times in ms. */
export interface OwnersDispute {
  /** Until then police wait for his side. */
  readonly heardUntil: number
  readonly hasAnswered: boolean
}

/** Whether the sale is disputed by which this owner has the phone. */
export async function disputeFor(
  context: Context,
  { ids, owner }: Subject,
): Promise<OwnersDispute | null> {
  const sale = ids.dak && (await salesOf(context, ids.dak)).at(-1)
  if (!sale || owner === null || !equal(buyerOf(sale.record), thumbprint(owner))) return null
  const dispute = await context.db
    .selectFrom('disputes')
    .select(['at_ms', 'heard_ms'])
    .where('sale_index', '=', sale.log_index)
    .where('at_ms', '>', BigInt(context.sequencer.now() - DISPUTE_MS))
    .executeTakeFirst()
  if (!dispute) return null
  return {
    heardUntil: Number(dispute.at_ms) + HEARING_MS,
    hasAnswered: dispute.heard_ms !== null,
  }
}

/** The present holder's side, once, by his card. @throws {Refusal} not-found: no such card, or nobody disputes */
export async function answerDispute(
  { db, keys, sequencer }: Context,
  said: { readonly card: string; readonly statement: string },
): Promise<string> {
  const open = await db
    .selectFrom('disputes')
    .innerJoin('subjects', 'subjects.id', 'disputes.subject_id')
    .innerJoin('devices', 'devices.id', 'subjects.device_id')
    .select(['disputes.sale_index', 'disputes.reference'])
    .where('devices.card_hash', '=', cardHash(keys.secret, said.card))
    .where('disputes.heard_ms', 'is', null)
    .orderBy('disputes.sale_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  demand(open !== undefined, 'not-found', 'no dispute waits for the holder of this card')
  await db
    .updateTable('disputes')
    .set({ heard_ms: sequencer.now(), statement: said.statement })
    .where('sale_index', '=', open.sale_index)
    .where('heard_ms', 'is', null)
    .execute()
  return open.reference
}

/** A sale as police see it, before anything else. Times in ms. */
export interface KnownSale {
  readonly index: number
  readonly at: number
  /** Until when its seller is heard about it. */
  readonly disputableUntil: number
  readonly dispute: {
    readonly reference: string
    readonly why: number
    readonly at: number
    /** What the present holder says; null until he does. */
    readonly statement: string | null
  } | null
}

/** The sales of the phone of a case, newest first. */
export async function salesOfCase(context: Context, { ids }: Subject): Promise<KnownSale[]> {
  if (ids.dak === null) return []
  const sales = await salesOf(context, ids.dak)
  if (sales.length === 0) return []
  const disputes = await context.db
    .selectFrom('disputes')
    .selectAll()
    .where(
      'sale_index',
      'in',
      sales.map(({ log_index }) => log_index),
    )
    .execute()
  return sales.toReversed().map(({ log_index, at_ms }) => {
    const said = disputes.find(({ sale_index }) => sale_index === log_index)
    return {
      index: Number(log_index),
      at: Number(at_ms),
      disputableUntil: Number(at_ms) + DISPUTE_MS,
      dispute: said
        ? {
            reference: said.reference,
            why: Number(said.why),
            at: Number(said.at_ms),
            statement: said.statement,
          }
        : null,
    }
  })
}

/**
 * The word of a former owner alone locks no phone before its holder was heard, or 72 hours have passed:
 * unless he was robbed of it, or the holder has reported it himself. @throws {Refusal} holder-not-heard
 */
export async function demandHeard({ db, sequencer }: Context, found: Case): Promise<void> {
  if (found.why === WHY_STOLEN.robbery) return
  const dispute = await db
    .selectFrom('disputes')
    .select(['at_ms', 'sale_index'])
    .where('subject_id', '=', found.subjectId)
    .where('heard_ms', 'is', null)
    .where('at_ms', '>', BigInt(sequencer.now() - HEARING_MS))
    .orderBy('sale_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!dispute || (await isHolders(db, found, dispute.sale_index))) return
  throw new Refusal('holder-not-heard', 'the present holder has not been heard yet', {
    heardBySeconds: Math.ceil((Number(dispute.at_ms) + HEARING_MS) / 1000),
  })
}

/** Whether a case rests on a report that was made with the present holder's card. */
async function isHolders(db: Context['db'], { reportId }: Case, sale: bigint): Promise<boolean> {
  if (reportId === null) return false
  const report = await db
    .selectFrom('reports')
    .select('hold_index')
    .where('id', '=', reportId)
    .executeTakeFirst()
  return report !== undefined && report.hold_index > sale
}

/**
 * A police counter gives the phone back to who sold it under threat, for 14 days; later he is a stranger
 * like any other, and title passes by law. @throws {Refusal} proof-too-weak
 */
export async function demandNoStranger(
  context: Context,
  { ids, owner }: Subject,
  key: PublicKey,
): Promise<void> {
  const wanted = thumbprint(key)
  if (ids.dak === null || (owner !== null && equal(thumbprint(owner), wanted))) return
  const own = (await salesOf(context, ids.dak)).findLast(({ seller }) =>
    equal(new Uint8Array(seller), wanted),
  )
  const isLate = own !== undefined && context.sequencer.now() > Number(own.at_ms) + DISPUTE_MS
  demand(!isLate, 'proof-too-weak', 'sold more than 14 days ago')
}
