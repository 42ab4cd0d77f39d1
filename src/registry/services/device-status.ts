import {
  Refusal,
  appraise,
  demand,
  equal,
  isBlack,
  lapse,
  readEat,
  encodeStatusToken,
  signStatusSlot,
  statusTokenPayload,
  thumbprint,
  type Eat,
  type ListedState,
  type RefusalCode,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { bundleFor, chainDocuments, rootsAfter } from '../model/bundles.ts'
import { foldInForce, ordersOf, stillToObey } from '../model/orders.ts'
import { proofOfSale, salesAfter, salesOf } from '../model/sales.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'
import { noteMisfit } from './attested-clones.ts'
import { lookUp, noteAltered } from './known-device.ts'
import { checkNonce, drawnAt, useNonce } from './nonces.ts'
import { secondSignature } from './second-signature.ts'
import { takeBoot } from './seen-boots.ts'
import { noticeForPhone, type Notice } from './notices.ts'
import { wordsForPhone } from './owner-words.ts'
import { noteProtection, noteSetUp } from './protection.ts'
import { demandOwnParts, noteAlive } from './parts/duplicates.ts'
import { noteUnbound } from './parts/unbound-parts.ts'
import { demandSold } from './first-sales.ts'
import { notePhone } from './owners/phones-seen.ts'
import { noteSighting } from './sightings.ts'
import { grantsFor } from './tpm-grants.ts'

/** Bundles one answer carries; the phone asks again. */
const MAX_BUNDLES = 64
const TOKEN_SECONDS = 3600
/** Refusals that say where a phone surfaced that is not what it should be. */
const TELLING: readonly RefusalCode[] = ['activation-refused', 'identity-conflict', 'imei-mismatch']
/** Sales one answer carries. */
const MAX_SALES = 16

export interface DeviceStatus {
  readonly state: State
  readonly roots: readonly Uint8Array[]
  /** Orders above the phone's counter that are in force, in order. */
  readonly bundles: readonly Uint8Array[]
  /** Proofs of the sales since the owner that the phone knows, in order. */
  readonly sales: readonly Uint8Array[]
  /** What its screen tells whoever holds it. */
  readonly notice: Notice | null
  /** What its owner lets it say while it does not open. */
  readonly words: Uint8Array | null
  /** The order that a shut phone obeyed last, for the sake of grants it may not have had. */
  readonly again: Uint8Array | null
}

const isShut = (state: State) => state !== 'protected' && state !== 'held'

/** What the phone has missed. @throws {Refusal} attestation-needed, token-nonce, signature */
export async function deviceStatus(context: Context, eatBytes: Uint8Array): Promise<DeviceStatus> {
  const eat = readEat(eatBytes, context.trust.verify.es256)
  checkNonce(context, eat.nonce)
  const { subject, orders, state, isOff } = await lookUp(context, eat)
  await noteAltered(context, eat, subject)
  await noteProtection(context, eat, isOff)
  await noteAlive(context, eat)
  await noteUnbound(context, eat)
  const missed = stillToObey(orders, eat.ctr, Math.floor(context.sequencer.now() / 1000))
  const device = thumbprint(eat.dak)
  const grants = await grantsFor(context, device, orders)
  const bundles: Uint8Array[] = []
  for (const order of missed.slice(0, MAX_BUNDLES)) {
    const bundle = await bundleFor(context, order, [], grants)
    if (bundle === null) break
    bundles.push(bundle)
  }
  // Orders and sales are taken in the order of the log: none that comes after an order still to be told.
  const next = missed[bundles.length]?.index ?? Number.POSITIVE_INFINITY
  const sales = await missedSales(context, eat, next)
  await notePhone(context, { device, ctr: eat.ctr })
  const notice = await noticeForPhone(context, device)
  const words = await wordsForPhone(context, { device, state })
  const roots = await rootsAfter(context, eat.rootVersion)
  const obeyed = orders.findLast(({ order }) => order.ctr <= eat.ctr)
  const isLate = grants !== null && missed.length === 0 && isShut(eat.state) && obeyed !== undefined
  const again = isLate ? await bundleFor(context, obeyed, [], grants) : null
  return { state, roots, bundles, sales, notice, words, again }
}

/** The sales before leaf `end` that made somebody else the owner than the phone knows. */
async function missedSales(context: Context, eat: Eat, end: number): Promise<Uint8Array[]> {
  const device = thumbprint(eat.dak)
  const { owner } = await subjectForDevice(context.db, device)
  const known = eat.owner
  if (known === null || owner === null || equal(known, thumbprint(owner))) return []
  const proofs: Uint8Array[] = []
  for (const sale of salesAfter(await salesOf(context, device), known).slice(0, MAX_SALES)) {
    const proof = Number(sale.log_index) < end ? await proofOfSale(context, sale) : null
    if (proof === null) break
    proofs.push(proof)
  }
  return proofs
}

export interface Activated {
  readonly token: Uint8Array
  /** The cosigned tree it speaks of. */
  readonly checkpoint: string
  readonly certificates: readonly Uint8Array[]
  readonly roots: readonly Uint8Array[]
}

/**
 * The gate after any reset, the only place that fails closed. Refusing is a sighting.
 * @throws {Refusal} token-nonce, attestation-needed, activation-refused, identity-conflict, imei-mismatch,
 * boot-state-unverified, part-refused, counter-went-back, not-sold, unavailable
 */
export async function activate(
  context: Context,
  eatBytes: Uint8Array,
  country: string,
): Promise<Activated> {
  const { keys, sequencer, trust } = context
  const eat = readEat(eatBytes, trust.verify.es256)
  await useNonce(context, eat.nonce)
  const { subject, orders, state } = await lookUp(context, eat)
  await noteAltered(context, eat, subject, country)
  await demandFit(context, { eat, subject, state, country })
  await demandOwnParts(context, eat)
  const now = Math.floor(sequencer.now() / 1000)
  const missed = stillToObey(orders, eat.ctr, now)
  demand(
    missed.length === 0,
    'counter-went-back',
    'the phone has to take the orders it has missed first',
  )
  await demandSold(context, thumbprint(eat.dak), country)
  const published = sequencer.published.plain
  demand(published !== null, 'unavailable', 'no witnessed checkpoint yet')
  const payload = statusTokenPayload({
    dak: thumbprint(eat.dak),
    state,
    ctr: Math.max(eat.ctr, orders.at(-1)?.order.ctr ?? 0),
    treeSize: published.checkpoint.size,
    root: published.checkpoint.root,
    nonce: eat.nonce,
    exp: now + TOKEN_SECONDS,
  })
  const slots = [
    signStatusSlot(payload, keys.registry),
    await secondSignature(context, eatBytes, payload),
  ]
  const { authorities } = sequencer.ledger
  const links = slots.map(({ kid }) =>
    authorities.signer(kid, sequencer.now(), sequencer.ledger.size),
  )
  const token = encodeStatusToken(payload, slots)
  const roots = await rootsAfter(context, eat.rootVersion)
  await noteSetUp(context, thumbprint(eat.dak))
  return { token, checkpoint: published.note, certificates: chainDocuments(links), roots }
}

/**
 * The rules of `appraise`; what shows a thief is a sighting, and what shows a copy goes to police besides.
 * @throws {Refusal} activation-refused, token-nonce, identity-conflict, imei-mismatch, boot-state-unverified
 */
async function demandFit(
  context: Context,
  asking: {
    readonly eat: Eat
    readonly subject: Subject
    readonly state: State
    readonly country: string
  },
): Promise<void> {
  const { eat, subject, state, country } = asking
  const numbers = await numbersOf(context, subject)
  const lastBoot = await takeBoot(context, eat)
  const { imeis: enrolled } = subject.ids
  try {
    appraise(eat, { state, numbers, lastBoot, askedAt: drawnAt(eat.nonce), enrolled })
  } catch (error) {
    const code = error instanceof Refusal ? error.code : null
    const listed = state === 'protected' ? numbers.find((number) => isBlack(number)) : state
    const verdict = code === 'activation-refused' ? listed : code
    if (verdict && code && TELLING.includes(code))
      await noteSighting(context, { subjectId: subject.id, how: 'activation', verdict, country })
    if (code === 'identity-conflict')
      await noteMisfit(context, {
        device: thumbprint(eat.dak),
        why: 'copied',
        imeis: enrolled,
        country,
      })
    throw error
  }
}

/**
 * What is said of its numbers by orders about bare numbers: one may have been locked before the phone of
 * that number was enrolled.
 */
async function numbersOf(
  { db, sequencer }: Context,
  { ids }: Subject,
): Promise<(ListedState | undefined)[]> {
  const rows = await db
    .selectFrom('subjects')
    .select('id')
    .where('imei14', 'in', [...ids.imeis])
    .execute()
  const orders = await ordersOf(
    db,
    rows.map(({ id }) => id),
  )
  const now = Math.floor(sequencer.now() / 1000)
  const frontiers = frontiersOf(sequencer.published)
  return [...orders.values()].map((logged) => {
    const { state } = lapse(foldInForce(logged, frontiers, sequencer.ledger).device, now)
    return state === 'protected' ? undefined : state
  })
}
