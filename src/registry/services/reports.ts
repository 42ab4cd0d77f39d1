import { createHmac } from 'node:crypto'
import {
  RELEASED_TO,
  demand,
  lapse,
  saltedHash,
  signSlot,
  stateInForce,
  encodeCbor,
  encodeSlot,
  type State,
} from '../../core/index.ts'
import type { RandomBytes } from '../../host/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { compose, composing, signComposed } from '../model/compose.ts'
import { intakeFor, intakeNamed } from '../model/intakes.ts'
import { ordersOf, type KnownOrder } from '../model/orders.ts'
import { recordedKeys } from '../model/recorded-keys.ts'
import { subjectForDevice, subjectById } from '../model/subjects.ts'
import { draftOf, keepDraft, type Draft } from './drafts.ts'
import { addSignatures } from './signatures.ts'

/** No letters or digits that look alike (Crockford's alphabet). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CARD_LENGTH = 10

/** What is true about a report now. */
export interface ReportStatus {
  readonly reference: string
  readonly state: State
  /** Unix seconds; null unless a hold is in force. */
  readonly lapsesAt: number | null
  readonly holdIndex: number
}

/** A new recovery card: ten characters, 50 bits. */
export function drawCard(random: RandomBytes): string {
  return Array.from(random(CARD_LENGTH), (byte) => ALPHABET[byte % 32]!).join('')
}

/** What the database keeps of a card: useless without the registry's own secret. */
export function cardHash(secret: Uint8Array, card: string): Uint8Array {
  const typed = card.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return new Uint8Array(createHmac('sha256', secret).update(`card ${typed}`).digest())
}

/**
 * Holds the phone that a recovery card belongs to. `id` comes from the request's idempotency key: a
 * repeated request finds its report, whatever happened in between.
 * @throws {Refusal} proof-too-weak: no such card · wrong-state · hold-exhausted · unavailable
 */
export async function reportStolen(
  context: Context,
  report: {
    readonly id: string
    readonly card: string
    readonly why: number
    /** Where it happened; else the registry's first force. */
    readonly force?: string
  },
): Promise<ReportStatus> {
  const { db, keys, sequencer, surroundings } = context
  const device = await db
    .selectFrom('devices')
    .select('id')
    .where('card_hash', '=', cardHash(keys.secret, report.card))
    .executeTakeFirst()
  demand(device !== undefined, 'proof-too-weak', 'no phone belongs to this card')
  const subject = await subjectForDevice(db, new Uint8Array(device.id))
  const known = await db
    .selectFrom('reports')
    .select('reference')
    .where('id', '=', report.id)
    .executeTakeFirst()
  if (known) return statusByReference(context, known.reference)

  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const reference = drawReference(surroundings.random)
  const now = Math.floor(sequencer.now() / 1000)
  const own = ['card', saltedHash(surroundings.random(32), `report ${reference}`)] as const
  const intake = intakeFor(context, report.force)
  const composed = compose(
    { act: 'hold', auth: intake.sub, own, why: report.why },
    subject,
    orders,
    now,
    composing(context),
  )
  demandFreshHold(orders)
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
        proof: 'card',
        why: report.why,
        hold_index: index,
      }
      await trx
        .insertInto('reports')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  })
  return statusByReference(context, reference)
}

/**
 * Hold after hold on weak proof would let whoever found the card keep a phone shut for good: one
 * that lapsed or was withdrawn is the last, until police lock the phone or the owner proves more.
 */
function demandFreshHold(orders: readonly KnownOrder[]): void {
  const hold = orders.findLast(({ order }) => order.act === 'hold')
  const lock = orders.findLast(({ order }) => order.act === 'lock')
  const spent = hold !== undefined && (lock === undefined || lock.index < hold.index)
  demand(!spent, 'hold-exhausted', 'an earlier hold on this proof lapsed or was withdrawn')
}

/** A reference a person can read out: `SM-7Q4K-2M9X`. */
function drawReference(random: RandomBytes): string {
  const letters = Array.from(random(8), (byte) => ALPHABET[byte % 32]!).join('')
  return `SM-${letters.slice(0, 4)}-${letters.slice(4)}`
}

async function statusByReference(context: Context, reference: string): Promise<ReportStatus> {
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
  const lapsesAt = device.state === 'held' ? (device.outstanding?.exp ?? null) : null
  return { reference, state: device.state, lapsesAt, holdIndex: Number(report.hold_index) }
}

/** Reference and card together: neither alone says anything. @throws {Refusal} not-found */
export async function reportStatus(
  context: Context,
  asked: { readonly reference: string; readonly card: string },
): Promise<ReportStatus> {
  await reportOfCard(context, asked)
  return statusByReference(context, asked.reference)
}

/** @throws {Refusal} not-found */
export /** The report with this reference, to whoever has its card. @throws {Refusal} not-found */
async function reportOfCard(
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
  const { db, sequencer } = context
  const report = await reportOfCard(context, asked)
  const subject = await subjectById(db, report.subject_id)
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const held = orders.find(({ index }) => index === Number(report.hold_index))
  demand(held !== undefined, 'not-found', 'the hold of this report is not there')
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
