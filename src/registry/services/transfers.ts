import type { Selectable, Transaction } from 'kysely'
import {
  batchPayload,
  checkOffer,
  checkSale,
  coseKey,
  coseSign,
  decodeCbor,
  demand,
  encodeCbor,
  encodeSale,
  equal,
  parseAcceptance,
  parseCoseKey,
  parseOffer,
  parseTransfer,
  saltedRecord,
  thumbprint,
  type HandoverCode,
  type PublicKey,
  type Sale,
  type SaleJudge,
  type WaitStage,
} from '../../core/index.ts'
import { leafHash } from '../../log/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import type { Logged } from '../log/submission.ts'
import { cardHash, drawCard } from '../model/cards.ts'
import { buyerOf, proofOfSale, salesOf } from '../model/sales.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'
import { demandBound, isBound } from './parts/unbound-parts.ts'
import { forgetWill } from './returns/forget-will.ts'
import { confirmAct, markDone, readyAct, waitingAct } from './waits.ts'

/** Clocks of owners and registry may differ by this much, seconds. */
const CLOCK_SLACK = 60

/** Where a handover stands. Times in ms. */
export interface Handover {
  readonly stage: WaitStage
  readonly readyAt: number | null
  /** When the offer ends. */
  readonly until: number
  /** Whether all parts in it are its own, as it attested last. */
  readonly isBound: boolean
}

type Offer = Selectable<Schema['transfer_offers']>

/**
 * The owner's key gives the phone away: the second factor of a transfer that was asked for on the phone
 * or at a counter. Said once more before the handover, it puts a fresh nonce in the place of the old.
 * @throws {Refusal} attestation-needed; owner-key, window, signature, assertion; not-found: nobody asked
 * for it; transfer-cancelled, second-factor-needed
 */
export async function offerTransfer(context: Context, document: Uint8Array): Promise<Handover> {
  const { db, sequencer } = context
  const offer = parseTransfer(document)
  const { dak: device, nonce, from, exp } = parseOffer(offer.payload)
  const { owner } = await subjectForDevice(db, device)
  demand(owner !== null, 'owner-key', 'this device has no owner key yet')
  checkOffer(offer, owner, judge(context))
  const now = sequencer.now()
  const isFresh = Math.abs(now / 1000 - from) <= CLOCK_SLACK
  demand(isFresh, 'window', 'an offer begins when it is made')
  const wait = await waitingAct(context, device)
  demand(wait?.act === 'transfer', 'not-found', 'no handover was asked for')
  const isConfirmed = wait.stage === 'pending' || wait.stage === 'ready'
  const isOpen = isConfirmed || wait.stage === 'requested'
  demand(isOpen, 'transfer-cancelled', 'it was stopped, done, or has run out')
  const row = {
    device_id: device,
    nonce,
    offer: document,
    seller: encodeCbor(coseKey(owner)),
    exp_ms: exp * 1000,
    at_ms: now,
  }
  // Before the factor counts: whoever may accept must find what he accepts.
  await db
    .insertInto('transfer_offers')
    .values({ id: wait.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  const { stage, readyAt } = isConfirmed
    ? wait
    : await confirmAct(context, { device, act: 'transfer', second: 'owner-key' })
  return { stage, readyAt, until: exp * 1000, isBound: await isBound(context, device) }
}

/** To whoever holds the handover code. @throws {Refusal} not-found */
export async function handover(context: Context, code: HandoverCode): Promise<Handover> {
  const offer = await offerBy(context, code)
  const wait = await waitingAct(context, code.dak)
  const isIts = wait?.id === offer.id
  return {
    stage: isIts ? wait.stage : 'cancelled',
    readyAt: isIts ? wait.readyAt : null,
    until: Number(offer.exp_ms),
    isBound: await isBound(context, code.dak),
  }
}

export interface Bought {
  /** Leaf of the sale. */
  readonly index: number
  /** The buyer's recovery card, shown once; null when it was shown before. */
  readonly card: string | null
}

/**
 * The buyer takes it: from this leaf on the phone is his, and former key and card are strangers'.
 * @throws {Refusal} not-found: no such code · transfer-pending, transfer-cancelled, second-factor-needed ·
 * owner-key, fields, window, expired, signer-set, signature, assertion · wrong-state, parts-unbound
 */
export async function acceptTransfer(context: Context, document: Uint8Array): Promise<Bought> {
  const { db, keys, sequencer, surroundings } = context
  const acceptance = parseTransfer(document)
  const { dak: device, nonce, key: buyer } = parseAcceptance(acceptance.payload)
  const offer = await offerBy(context, { dak: device, nonce })
  const earlier = await soldBy(context, offer)
  if (earlier) {
    demand(equal(earlier.buyer, thumbprint(buyer)), 'transfer-cancelled', 'sold to another')
    return { index: earlier.index, card: null }
  }
  const { id } = await readyAct(context, { device, act: 'transfer' })
  demand(id === offer.id, 'transfer-cancelled', 'the owner has asked for something else since')
  const subject = await subjectForDevice(db, device)
  const seller = parseCoseKey(decodeCbor(new Uint8Array(offer.seller)))
  const isOwner = subject.owner !== null && equal(thumbprint(subject.owner), thumbprint(seller))
  demand(isOwner, 'owner-key', 'the offer is not by the present owner')
  const sale = { offer: parseTransfer(new Uint8Array(offer.offer)), acceptance, seller }
  checkSale(sale, sequencer.now(), judge(context))
  await demandBound(context, device)
  const card = drawCard(surroundings.random)
  const hash = cardHash(keys.secret, card)
  await logSale(context, { sale, offer, subject, buyer, card: hash })
  const sold = await soldBy(context, offer)
  demand(sold !== null, 'transfer-cancelled', 'it was stopped in the last moment')
  const { index } = sold
  // Accepted twice at the same moment: only the card that was kept is worth showing.
  const isOurs = await db
    .selectFrom('devices')
    .select('id')
    .where('id', '=', device)
    .where('card_hash', '=', hash)
    .executeTakeFirst()
  demand(equal(sold.buyer, thumbprint(buyer)), 'transfer-cancelled', 'sold to another')
  return { index, card: isOurs ? card : null }
}

interface NewSale {
  readonly sale: Sale
  readonly offer: Offer
  readonly subject: Subject
  readonly buyer: PublicKey
  readonly card: Uint8Array
}

async function logSale(context: Context, made: NewSale): Promise<void> {
  const { keys, sequencer, surroundings } = context
  const salt = surroundings.random(32)
  const record = encodeSale(made.sale)
  const root = leafHash(saltedRecord(salt, record))
  await sequencer.submit({
    kind: 'batch',
    body: coseSign(
      'application/stolen-batch+cbor',
      batchPayload({ type: 'sales', count: 1, root }),
      [keys.registry],
    ),
    onlyIf: {
      subjectId: made.subject.id,
      demand: (state, t) => {
        demand(state === 'protected', 'wrong-state', `nothing is sold while ${state}`)
        checkSale(made.sale, t, judge(context))
      },
    },
    alongside: (trx, logged) => keep(context, trx, { ...made, salt, record }, logged),
  })
}

async function keep(
  context: Context,
  trx: Transaction<Schema>,
  {
    offer,
    subject,
    sale,
    buyer,
    card,
    salt,
    record,
  }: NewSale & { salt: Uint8Array; record: Uint8Array },
  { index, t }: Logged,
): Promise<void> {
  const device = new Uint8Array(offer.device_id)
  // Stopped until the very commit: this leaf then stands for nothing. From here on stopping waits for us.
  const waiting = await trx
    .selectFrom('waits')
    .select('id')
    .where('id', '=', offer.id)
    .where('ended', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!waiting) return
  const { card_hash } = await trx
    .selectFrom('devices')
    .select('card_hash')
    .where('id', '=', device)
    .executeTakeFirstOrThrow()
  const kept = await trx
    .insertInto('sales')
    .values({
      log_index: index,
      offer_id: offer.id,
      device_id: device,
      at_ms: t,
      salt,
      record,
      seller: thumbprint(sale.seller),
      seller_card: card_hash,
    })
    .onConflict((conflict) => conflict.column('offer_id').doNothing())
    .executeTakeFirst()
  if (kept.numInsertedOrUpdatedRows !== 1n) return // sold a moment ago
  // While the phone is still the seller's: he is told that it is done, on every channel he has.
  await markDone(context, trx, { device, id: offer.id })
  await trx
    .updateTable('devices')
    .set({
      owner_thumbprint: thumbprint(buyer),
      owner_key: encodeCbor(coseKey(buyer)),
      card_hash: card,
    })
    .where('id', '=', device)
    .execute()
  // What waits for signatures names the former owner: it has to be drafted again.
  await trx
    .updateTable('drafts')
    .set({ state: 'void' })
    .where('subject_id', '=', subject.id)
    .where('state', '=', 'collecting')
    .execute()
  await trx
    .updateTable('cases')
    .set({ state: 'open' })
    .where('subject_id', '=', subject.id)
    .where('state', '=', 'proposed')
    .execute()
  // Nothing more about the phone from now on.
  await trx.deleteFrom('contacts').where('device_id', '=', device).execute()
  await trx.deleteFrom('owner_words').where('device_id', '=', device).execute()
  await trx.deleteFrom('trusted_people').where('device_id', '=', device).execute()
  await trx.deleteFrom('owner_asks').where('device_id', '=', device).execute()
  await forgetWill(trx, device)
}

/** The proof of purchase of whoever has this card. @throws {Refusal} not-found; unavailable: too few have seen it yet */
export async function purchaseOf(
  context: Context,
  card: string,
): Promise<{ readonly index: number; readonly proof: Uint8Array }> {
  const device = await context.db
    .selectFrom('devices')
    .select(['id', 'owner_thumbprint'])
    .where('card_hash', '=', cardHash(context.keys.secret, card))
    .executeTakeFirst()
  const sale = device && (await salesOf(context, new Uint8Array(device.id))).at(-1)
  const isHis =
    sale !== undefined &&
    device?.owner_thumbprint !== null &&
    equal(buyerOf(sale.record), new Uint8Array(device!.owner_thumbprint))
  demand(isHis, 'not-found', 'no purchase belongs to this card')
  const proof = await proofOfSale(context, sale)
  demand(proof !== null, 'unavailable', 'too few witnesses have seen the sale yet')
  return { index: Number(sale.log_index), proof }
}

/** An offer that nobody can accept any more is forgotten after 90 days; what was sold stands elsewhere. */
export async function forgetOffers({ db, sequencer }: Context): Promise<void> {
  await db
    .deleteFrom('transfer_offers')
    .where('exp_ms', '<', BigInt(sequencer.now() - OFFER_KEPT_MS))
    .execute()
}

const OFFER_KEPT_MS = 90 * 86_400_000

/** Owners' passkeys answer to the pages of the newest root document. */
function judge({ sequencer, trust }: Context): SaleJudge {
  const { relyingParties } = sequencer.ledger.authorities.root
  const owners = relyingParties.filter(({ role }) => role === 'owner')
  return { verify: trust.verify.es256, relyingParties: owners }
}

/** @throws {Refusal} not-found */
async function offerBy({ db }: Context, { dak, nonce }: HandoverCode): Promise<Offer> {
  const row = await db
    .selectFrom('transfer_offers')
    .selectAll()
    .where('device_id', '=', dak)
    .where('nonce', '=', nonce)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no handover with this code')
  return row
}

async function soldBy(
  { db }: Context,
  { id }: Offer,
): Promise<{ readonly index: number; readonly buyer: Uint8Array } | null> {
  const row = await db
    .selectFrom('sales')
    .select(['log_index', 'record'])
    .where('offer_id', '=', id)
    .executeTakeFirst()
  if (!row) return null
  return { index: Number(row.log_index), buyer: buyerOf(row.record) }
}
