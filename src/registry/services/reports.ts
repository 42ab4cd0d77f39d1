import {
  RELEASED_TO,
  Refusal,
  demand,
  lapse,
  saltedHash,
  signSlot,
  stateInForce,
  encodeCbor,
  encodeSlot,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { cardHash, drawReference } from '../model/cards.ts'
import { compose, composing, signComposed } from '../model/compose.ts'
import { intakeFor, intakeNamed } from '../model/intakes.ts'
import { ordersOf, type KnownOrder } from '../model/orders.ts'
import { recordedKeys } from '../model/recorded-keys.ts'
import { salesOf } from '../model/sales.ts'
import { subjectForDevice, subjectById, type Subject } from '../model/subjects.ts'
import { openDispute } from './disputes.ts'
import { draftOf, keepDraft, type Draft } from './drafts.ts'
import { tell } from './notices.ts'
import { demandUnveiled, veilNow, veilOver } from './returns/threats.ts'
import { addSignatures } from './signatures.ts'

/** What is true about a report now. */
export interface ReportStatus {
  readonly reference: string
  readonly state: State
  /** Unix seconds; null unless a hold is in force. */
  readonly lapsesAt: number | null
  readonly holdIndex: number
  /** Thumbprint of the phone's key. */
  readonly device: Uint8Array
}

/** What a report rests on: the recovery card, or an owner or trusted person who is signed in. */
export type ReportProof =
  { readonly card: string } | { readonly device: Uint8Array; readonly proof: 'passkey' | 'trusted' }

/**
 * Holds the phone that a recovery card or a signed-in person names. `id` comes from the request's idempotency key: a
 * repeated request finds its report, whatever happened in between.
 * @throws {Refusal} proof-too-weak: no such card, or a former owner's, with the fact `dispute` · wrong-state · hold-exhausted · unavailable
 */
export async function reportStolen(
  context: Context,
  report: {
    readonly id: string
    readonly why: number
    /** Where it happened; else the registry's first force. */
    readonly force?: string
  } & ReportProof,
): Promise<ReportStatus> {
  const { db, sequencer, surroundings } = context
  const proof = 'card' in report ? 'card' : report.proof
  const device = 'card' in report ? await deviceReported(context, report) : report.device
  const subject = await subjectForDevice(db, device)
  const known = await db
    .selectFrom('reports')
    .select('reference')
    .where('id', '=', report.id)
    .executeTakeFirst()
  if (known) return statusByReference(context, known.reference)

  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const reference = drawReference(surroundings.random)
  const now = Math.floor(sequencer.now() / 1000)
  const own = [proof, saltedHash(surroundings.random(32), `report ${reference}`)] as const
  const intake = intakeFor(context, report.force)
  // As whoever found the card would be answered, had it been undone.
  if (proof !== 'passkey') demand((await veilNow(context, subject)) === null, ...EXHAUSTED)
  const composed = compose(
    { act: 'hold', auth: intake.sub, own, why: report.why },
    subject,
    orders,
    now,
    composing(context),
  )
  if (proof !== 'passkey') demandFreshHold(await ordersUnder(context, subject, orders))
  await sequencer.submit({
    kind: 'order',
    body: signComposed(composed, [intake.signer]),
    order: {
      subjectId: subject.id,
      opening: composed.opening,
      ownerSalt: composed.ownerSalt,
      caseId: null,
      draftId: null,
    },
    alongside: async (trx, { index, t }) => {
      const row = {
        id: report.id,
        reference,
        subject_id: subject.id,
        at_ms: t,
        proof,
        why: report.why,
        hold_index: index,
        force: intake.force,
      }
      await trx
        .insertInto('reports')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      if (proof === 'trusted')
        await tell(context, trx, { device, what: 'trusted-held', act: null, readyAt: null })
    },
  })
  return statusByReference(context, reference)
}

/** The phone of this card. @throws {Refusal} proof-too-weak */
async function deviceReported(
  context: Context,
  { card, why }: { readonly card: string; readonly why: number },
): Promise<Uint8Array> {
  const hash = cardHash(context.keys.secret, card)
  const device = await context.db
    .selectFrom('devices')
    .select('id')
    .where('card_hash', '=', hash)
    .executeTakeFirst()
  if (device === undefined) return refuseCard(context, { card: hash, why })
  return new Uint8Array(device.id)
}

/** Who sold the phone holds nothing; for a time his word is put before police. @throws {Refusal} proof-too-weak, always */
async function refuseCard(
  context: Context,
  said: { readonly card: Uint8Array; readonly why: number },
): Promise<never> {
  const reference = drawReference(context.surroundings.random)
  const dispute = await openDispute(context, { ...said, reference })
  if (dispute === null) throw new Refusal('proof-too-weak', 'no phone belongs to this card')
  throw new Refusal('proof-too-weak', 'this phone was sold; police see both sides', { dispute })
}

/** Those since the phone was last sold: its new owner's card is unspent. */
async function ordersUnder(
  context: Context,
  { ids }: Subject,
  orders: readonly KnownOrder[],
): Promise<readonly KnownOrder[]> {
  const sales = ids.dak === null ? [] : await salesOf(context, ids.dak)
  const sold = Number(sales.at(-1)?.log_index ?? -1)
  return orders.filter(({ index }) => index > sold)
}

/**
 * Hold after hold on weak proof would let whoever found the card keep a phone shut for good: one
 * that lapsed or was withdrawn is the last, until police lock the phone or the owner proves more.
 */
function demandFreshHold(orders: readonly KnownOrder[]): void {
  const hold = orders.findLast(({ order }) => order.act === 'hold')
  const lock = orders.findLast(({ order }) => order.act === 'lock')
  const spent = hold !== undefined && (lock === undefined || lock.index < hold.index)
  demand(!spent, ...EXHAUSTED)
}

const EXHAUSTED = [
  'hold-exhausted',
  'an earlier hold on this proof lapsed or was withdrawn',
] as const

/** What is true about a report now; where its owner was threatened, what his pages say. */
export async function statusByReference(
  context: Context,
  reference: string,
): Promise<ReportStatus> {
  const { db, sequencer } = context
  const report = await db
    .selectFrom('reports')
    .selectAll()
    .where('reference', '=', reference)
    .executeTakeFirstOrThrow()
  const orders = (await ordersOf(db, [report.subject_id])).get(report.subject_id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const device = lapse(
    stateInForce(orders, frontiersOf(sequencer.published), sequencer.ledger),
    now,
  )
  const { ids } = await subjectById(db, report.subject_id)
  const veil = await veilOver(context, ids.dak, device.outstanding)
  const state = veil === null ? device.state : 'protected'
  const lapsesAt = state === 'held' ? (device.outstanding?.exp ?? null) : null
  demand(ids.dak !== null, 'not-found', 'only an enrolled phone is reported')
  const holdIndex = Number(report.hold_index)
  return { reference, state, lapsesAt, holdIndex, device: ids.dak }
}

/** Reference and card together: neither alone says anything. @throws {Refusal} not-found */
export async function reportStatus(
  context: Context,
  asked: { readonly reference: string; readonly card: string },
): Promise<ReportStatus> {
  await reportOfCard(context, asked)
  return statusByReference(context, asked.reference)
}

/** The report with this reference, to whoever has its card. @throws {Refusal} not-found */
export async function reportOfCard(
  { db, keys }: Context,
  asked: { readonly reference: string; readonly card: string },
) {
  const row = await db
    .selectFrom('reports')
    .innerJoin('subjects', 'subjects.id', 'reports.subject_id')
    .innerJoin('devices', 'devices.id', 'subjects.device_id')
    .selectAll('reports')
    .where('reports.reference', '=', asked.reference)
    .where('devices.card_hash', '=', cardHash(keys.secret, asked.card))
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no report with this reference and card')
  return row
}

/**
 * The owner's two strong acts as drafts: withdrawing a hold (the intake has signed already), or
 * confirming a release that police have drafted. The card fetches them; only the owner's key signs.
 */
export async function ownersDrafts(
  context: Context,
  asked: { readonly reference: string; readonly card: string },
): Promise<readonly Draft[]> {
  const { db } = context
  const report = await reportOfCard(context, asked)
  const waiting = await db
    .selectFrom('drafts')
    .selectAll()
    .where('subject_id', '=', report.subject_id)
    .where('act', 'in', ['release', 'retire'])
    .where('state', '=', 'collecting')
    .orderBy('at_ms')
    .execute()
  return waiting.map(draftOf)
}

/** Drafts the withdrawal of a hold, signed by the intake: the owner's signature completes it. @throws {Refusal} wrong-state, owner-key */
export async function draftWithdrawal(
  context: Context,
  asked: { readonly reference: string; readonly card: string },
): Promise<Draft> {
  return draftWithdrawalOf(context, await reportOfCard(context, asked))
}

/** The same for whoever has shown that the phone is his. @throws {Refusal} wrong-state, owner-key, not-found */
export async function draftWithdrawalOf(
  context: Context,
  report: { readonly subject_id: string; readonly hold_index: bigint },
): Promise<Draft> {
  const { db, sequencer } = context
  const subject = await subjectById(db, report.subject_id)
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const held = orders.find(({ index }) => index === Number(report.hold_index))
  demand(held !== undefined, 'not-found', 'the hold of this report is not there')
  await demandUnveiled(context, subject, 'release does not follow protected')
  const now = Math.floor(sequencer.now() / 1000)
  const intake = intakeNamed(context, held.order.auth)
  const content = { act: 'release', auth: intake.sub, to: RELEASED_TO.holdWithdrawn } as const
  const composed = compose(
    content,
    subject,
    orders,
    now,
    composing(context, await recordedKeys(context, orders)),
  )
  demand(
    composed.order.of === held.index,
    'wrong-state',
    'the hold is no longer what keeps this phone',
  )
  const id = await keepDraft(context, composed, {
    subjectId: subject.id,
    caseId: null,
    proposedBy: null,
  })
  const slot = signSlot('application/stolen-order+cbor', composed.payload, intake.signer)
  await addSignatures(context, [{ draftId: id, slot: 0, signature: encodeCbor(encodeSlot(slot)) }])
  return { id, act: 'release', payload: composed.payload, opening: composed.opening }
}
