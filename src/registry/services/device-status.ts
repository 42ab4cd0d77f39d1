import {
  demand,
  equal,
  kidOf,
  lapse,
  parseCoseKey,
  decodeCbor,
  readEat,
  signStatusToken,
  thumbprint,
  type Eat,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { bundleFor, chainDocuments, rootsAfter } from '../model/bundles.ts'
import { foldInForce, ordersOf, stillToObey, type KnownOrder } from '../model/orders.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'
import { noteMisfit } from './attested-clones.ts'
import { checkNonce, useNonce } from './nonces.ts'
import { noteSighting } from './sightings.ts'

/** Bundles one answer carries; the phone asks again. */
const MAX_BUNDLES = 64
const TOKEN_SECONDS = 3600

export interface DeviceStatus {
  readonly state: State
  readonly roots: readonly Uint8Array[]
  /** Orders above the phone's counter that are in force, in order. */
  readonly bundles: readonly Uint8Array[]
}

/** What the phone has missed. @throws {Refusal} attestation-needed, token-nonce, signature */
export async function deviceStatus(context: Context, eatBytes: Uint8Array): Promise<DeviceStatus> {
  const eat = readEat(eatBytes, context.trust.verify.es256)
  checkNonce(context, eat.nonce)
  const { subject, orders, state } = await lookUp(context, eat)
  await noteAltered(context, eat, subject)
  const missed = stillToObey(orders, eat.ctr, Math.floor(context.sequencer.now() / 1000))
  const bundles: Uint8Array[] = []
  for (const order of missed.slice(0, MAX_BUNDLES)) {
    const bundle = await bundleFor(context, order)
    if (bundle === null) break
    bundles.push(bundle)
  }
  return { state, roots: await rootsAfter(context, eat.rootVersion), bundles }
}

export interface Activated {
  readonly token: Uint8Array
  readonly certificates: readonly Uint8Array[]
  readonly roots: readonly Uint8Array[]
}

/**
 * The gate after any reset, the only place that fails closed. Refusing is a sighting.
 * @throws {Refusal} token-nonce, attestation-needed, imei-mismatch, boot-state-unverified,
 * counter-went-back, activation-refused, unavailable
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
  const seen = (verdict: string) =>
    noteSighting(context, { subjectId: subject.id, how: 'activation', verdict, country })
  if (state !== 'protected') {
    await seen(state)
    demand(false, 'activation-refused', 'this phone is not free')
  }
  if (!sameNumbers(eat, subject)) {
    await seen('imei-mismatch')
    demand(false, 'imei-mismatch', 'the phone wears other numbers than it was enrolled with')
  }
  demand(
    eat.bootVerified,
    'boot-state-unverified',
    'the phone does not run what its maker authorised',
  )
  const now = Math.floor(sequencer.now() / 1000)
  const missed = stillToObey(orders, eat.ctr, now)
  demand(
    missed.length === 0,
    'counter-went-back',
    'the phone has to take the orders it has missed first',
  )
  const published = sequencer.published.plain
  demand(published !== null, 'unavailable', 'no witnessed checkpoint yet')
  const authorities = sequencer.ledger.authorities
  const links = keys.registry.map(({ key }) =>
    authorities.signer(kidOf(key), sequencer.now(), sequencer.ledger.size),
  )
  const token = signStatusToken(
    {
      dak: thumbprint(eat.dak),
      state,
      ctr: Math.max(eat.ctr, orders.at(-1)?.order.ctr ?? 0),
      treeSize: published.checkpoint.size,
      root: published.checkpoint.root,
      nonce: eat.nonce,
      exp: now + TOKEN_SECONDS,
    },
    keys.registry,
  )
  const roots = await rootsAfter(context, eat.rootVersion)
  return { token, certificates: chainDocuments(links), roots }
}

/** The phone's device, the orders about it that are in force, and what they come to. */
async function lookUp(
  context: Context,
  eat: Eat,
): Promise<{ subject: Subject; orders: readonly KnownOrder[]; state: State }> {
  const { db, sequencer } = context
  const id = thumbprint(eat.dak)
  const subject = await subjectForDevice(db, id)
  const row = await db
    .selectFrom('devices')
    .select('dak')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const enrolled = parseCoseKey(decodeCbor(new Uint8Array(row.dak)))
  demand(equal(enrolled.x, eat.dak.x), 'attestation-needed', 'another key was enrolled')
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const { orders, device } = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  return { subject, orders, state: lapse(device, Math.floor(sequencer.now() / 1000)).state }
}

/** An enrolled phone that wears a number which is not its own wears somebody else's. */
function noteAltered(
  context: Context,
  { dak, imeis }: Eat,
  { ids }: Subject,
  country?: string,
): Promise<void> {
  const foreign = imeis.filter((imei) => !ids.imeis.includes(imei))
  const where = country === undefined ? {} : { country }
  return noteMisfit(context, { device: thumbprint(dak), why: 'altered', imeis: foreign, ...where })
}

function sameNumbers(eat: Eat, { ids }: Subject): boolean {
  return (
    eat.imeis.length === ids.imeis.length && eat.imeis.every((imei, i) => imei === ids.imeis[i])
  )
}
