import { randomUUID } from 'node:crypto'
import {
  asArray,
  asBytes,
  batchPayload,
  coseKey,
  coseSign,
  decodeCbor,
  demand,
  encodeCbor,
  encodeMadeDevice,
  equal,
  parseCoseKey,
  parseSign1,
  readEat,
  saltedRecord,
  tacOf,
  thumbprint,
  verifySign1,
  type Eat,
  type Imei14,
  type PublicKey,
} from '../../core/index.ts'
import { leafHash } from '../../log/index.ts'
import type { Context } from '../context.ts'
import { cardHash, drawCard } from '../model/cards.ts'
import { noteMisfit } from './attested-clones.ts'
import { demandUnclaimed } from './claimed-numbers.ts'
import { enrolledBefore, setUp, type Enrolled } from './first-set-up.ts'
import { checkEvidence, checkRest, type Checked, type Evidence } from './evidence.ts'
import { checkNonce, useNonce } from './nonces.ts'
import { keepMadeParts } from './parts/known-parts.ts'

export interface Enrolment {
  readonly eat: Uint8Array
  readonly evidence: Evidence
  readonly model: string
  readonly owner?: { readonly key: Uint8Array; readonly proof: Uint8Array }
  /** Where the owner is told by mail. */
  readonly mail?: string
}

/**
 * Takes a device in: its key must be vouched for by its maker or its hardware, be alive now, and wear
 * numbers that nobody else does. @throws {Refusal} attestation-needed, scope, chain, token-nonce,
 * boot-state-unverified, imei-mismatch, identity-conflict, owner-key, and those of `setUp`
 */
export async function enrol(context: Context, request: Enrolment): Promise<Enrolled> {
  const eat = readEat(request.eat, context.trust.verify.es256)
  checkNonce(context, eat.nonce)
  const known = await enrolledBefore(context, eat)
  if (known) {
    if (!known.hasCard) await checkRest(context, eat, { ...request.evidence, ...known })
    return setUp(context, { eat, known, owner: await admit(context, eat, request) })
  }
  const { made, word } = await checkEvidence(context, eat, request.evidence)
  const owner = await admit(context, eat, request)
  await demandUnclaimed(context, made)
  const misnamed = made.imeis.filter((imei) => !isNamedAs(context, imei, request.model))
  await noteMisfit(context, { device: made.dak, why: 'model', imeis: misnamed })
  return keep(context, request, { eat, made, word, owner })
}

/** Runs what its maker ships, comes with its owner's word or none, and once. @throws {Refusal} boot-state-unverified, owner-key, token-nonce */
async function admit(
  context: Context,
  eat: Eat,
  { owner }: Pick<Enrolment, 'owner'>,
): Promise<PublicKey | null> {
  demand(eat.bootVerified, 'boot-state-unverified', 'enrolled only as the maker shipped it')
  const key = owner ? checkOwner(context, eat, owner) : null
  await useNonce(context, eat.nonce)
  return key
}

/** Whether a phone of this number may call itself so, as far as anybody here knows models. */
function isNamedAs({ models }: Context, imei: Imei14, name: string): boolean {
  return models?.fits(tacOf(imei), name) ?? true
}

/** The owner's key signs this nonce for this device, and the device names the key. @throws {Refusal} owner-key */
function checkOwner(
  { trust }: Context,
  eat: Eat,
  owner: NonNullable<Enrolment['owner']>,
): PublicKey {
  const key = parseCoseKey(decodeCbor(owner.key, 256))
  demand(
    eat.owner !== null && equal(eat.owner, thumbprint(key)),
    'owner-key',
    'the device names another owner key',
  )
  const proof = parseSign1(owner.proof, 'application/stolen-owner+cbor')
  const [nonce, device] = asArray(verifySign1(proof, key, trust.verify.es256), 2)
  const fits = equal(asBytes(nonce), eat.nonce) && equal(asBytes(device), thumbprint(eat.dak))
  demand(fits, 'owner-key', 'the owner signed for another device or occasion')
  return key
}

async function keep(
  context: Context,
  request: Enrolment,
  found: Checked & { readonly eat: Eat; readonly owner: PublicKey | null },
): Promise<Enrolled> {
  const { keys, sequencer, surroundings } = context
  const { eat, made, word, owner } = found
  const salt = surroundings.random(32)
  const card = drawCard(surroundings.random)
  const leaf = leafHash(saltedRecord(salt, encodeMadeDevice(made)))
  const hash = cardHash(keys.secret, card)
  await sequencer.submit({
    kind: 'batch',
    body: coseSign(
      'application/stolen-batch+cbor',
      batchPayload({ type: 'enrolments', count: 1, root: leaf }),
      [keys.registry],
    ),
    alongside: async (trx, logged) => {
      await trx
        .insertInto('devices')
        .values({
          id: made.dak,
          dak: encodeCbor(coseKey(eat.dak)),
          serial: made.serial,
          model: request.model,
          enrolled_at_index: logged.index,
          owner_thumbprint: owner && thumbprint(owner),
          owner_key: owner && encodeCbor(coseKey(owner)),
          card_hash: hash,
          record_salt: salt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await trx
        .insertInto('subjects')
        .values({ id: randomUUID(), device_id: made.dak, imei14: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      if (request.mail !== undefined)
        await trx
          .insertInto('contacts')
          .values({ device_id: made.dak, mail: request.mail })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      const at = { index: logged.index, ms: logged.t }
      if (word) await keepMadeParts(trx, { device: made, ...word }, at)
    },
  })
  // Enrolled twice at the same moment: only the card that was kept is worth showing.
  const kept = await context.db
    .selectFrom('devices')
    .select(['enrolled_at_index', 'card_hash', 'owner_thumbprint'])
    .where('id', '=', made.dak)
    .executeTakeFirstOrThrow()
  const keptOwner = kept.owner_thumbprint && new Uint8Array(kept.owner_thumbprint)
  const isOwner = owner === null || (keptOwner !== null && equal(keptOwner, thumbprint(owner)))
  demand(isOwner, 'owner-key', 'somebody else was enrolled as the owner at the same moment')
  const isOurs = kept.card_hash !== null && equal(new Uint8Array(kept.card_hash), hash)
  return { index: Number(kept.enrolled_at_index), card: isOurs ? card : null }
}
