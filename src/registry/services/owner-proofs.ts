import {
  decodeCbor,
  demand,
  deviceNamedIn,
  encodeCbor,
  coseKey,
  parseCoseKey,
  readOwnerRequest,
  thumbprint,
  type Imei14,
  type OwnerRequest,
  type OwnerStep,
  type PublicKey,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { useNonce } from './nonces.ts'
import { cardHash } from '../model/cards.ts'

/**
 * A request by the phone's own key. @throws {Refusal} attestation-needed: never enrolled, token-nonce,
 * signature, malformed, not-canonical, alg
 */
export async function fromPhone(
  context: Context,
  document: Uint8Array,
  step: OwnerStep,
): Promise<OwnerRequest & { readonly device: Uint8Array }> {
  const device = deviceNamedIn(document)
  demand(device !== null, 'malformed', 'a phone names itself')
  const row = await context.db
    .selectFrom('devices')
    .select('dak')
    .where('id', '=', device)
    .executeTakeFirst()
  demand(row !== undefined, 'attestation-needed', 'this key was never enrolled')
  const dak = parseCoseKey(decodeCbor(new Uint8Array(row.dak)))
  const request = readOwnerRequest(document, dak, { verify: context.trust.verify.es256 })
  await check(context, request, step)
  return { ...request, device }
}

export interface OwnerProof {
  /** COSE_Key. */
  readonly key: Uint8Array
  readonly request: Uint8Array
}

/**
 * The same by an owner's key, raw or a passkey, of the device it names. @throws {Refusal} owner-key:
 * another key owns it, token-nonce, signature, assertion, malformed, not-canonical, alg
 */
export async function fromOwner(
  context: Context,
  proof: OwnerProof,
  step: OwnerStep,
): Promise<OwnerRequest & { readonly device: Uint8Array }> {
  const { request, key } = await byKey(context, proof, step)
  const { device } = request
  demand(device !== null, 'malformed', 'expected a device')
  const own = await ownedBy(context, key).where('id', '=', device).executeTakeFirst()
  demand(own !== undefined, 'owner-key', 'another key owns this phone')
  return { ...request, device }
}

/** Phones of one key that one answer names. */
const MOST = 64

/** Who asks what waits for all phones of a key. @throws as `fromOwner` */
export async function phonesOfKey(
  context: Context,
  proof: OwnerProof,
): Promise<readonly Uint8Array[]> {
  const { key } = await byKey(context, proof, 'read')
  const rows = await ownedBy(context, key).orderBy('id').limit(MOST).execute()
  demand(rows.length > 0, 'owner-key', 'this key owns no phone here')
  return rows.map(({ id }) => new Uint8Array(id))
}

function ownedBy({ db }: Context, key: PublicKey) {
  return db
    .selectFrom('devices')
    .select('id')
    .where('owner_thumbprint', '=', thumbprint(key))
    .where('owner_key', '=', encodeCbor(coseKey(key)))
}

async function byKey(
  context: Context,
  proof: OwnerProof,
  step: OwnerStep,
): Promise<{ readonly request: OwnerRequest; readonly key: PublicKey }> {
  const { sequencer, trust } = context
  const key = parseCoseKey(decodeCbor(proof.key, 256))
  const relyingParties = sequencer.ledger.authorities.root.relyingParties.filter(
    ({ role }) => role === 'owner',
  )
  const how = { verify: trust.verify.es256, relyingParties }
  const request = readOwnerRequest(proof.request, key, how)
  await check(context, request, step)
  return { request, key }
}

/** @throws {Refusal} proof-too-weak: no phone belongs to this card */
export async function deviceOfCard({ db, keys }: Context, card: string): Promise<Uint8Array> {
  const row = await db
    .selectFrom('devices')
    .select('id')
    .where('card_hash', '=', cardHash(keys.secret, card))
    .executeTakeFirst()
  demand(row !== undefined, 'proof-too-weak', 'no phone belongs to this card')
  return new Uint8Array(row.id)
}

/** The phone a person stands with at a counter. @throws {Refusal} not-found */
export async function deviceNamed(
  { db }: Context,
  what: { readonly imei: Imei14 } | { readonly serial: string },
): Promise<Uint8Array> {
  const rows =
    'imei' in what
      ? await db
          .selectFrom('device_imeis')
          .select('device_id as id')
          .where('imei14', '=', what.imei)
          .execute()
      : await db.selectFrom('devices').select('id').where('serial', '=', what.serial).execute()
  demand(rows.length === 1, 'not-found', 'no enrolled phone of this name')
  return new Uint8Array(rows[0]!.id)
}

async function check(context: Context, request: OwnerRequest, step: OwnerStep): Promise<void> {
  demand(request.step === step, 'malformed', `signed to ${request.step}, sent to ${step}`)
  await useNonce(context, request.nonce)
}
