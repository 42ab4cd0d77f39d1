import { randomUUID } from 'node:crypto'
import {
  asArray,
  asBytes,
  batchPayload,
  checkMade,
  coseKey,
  coseSign,
  decodeCbor,
  demand,
  encodeCbor,
  equal,
  parseCoseKey,
  parseDocument,
  parseImei14,
  parseMadeDevice,
  parseSign1,
  parseStatement,
  readEat,
  saltedRecord,
  tacOf,
  thumbprint,
  verifySign1,
  verifySlot,
  type BatchStatement,
  type Eat,
  type Imei14,
  type MadeDevice,
  type PublicKey,
  type Tac,
} from '../../core/index.ts'
import { leafHash, verifyInclusion } from '../../log/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { noteMisfit } from './attested-clones.ts'
import { homeElsewhere } from './home.ts'
import { cardHash, drawCard } from './reports.ts'
import { checkNonce, useNonce } from './nonces.ts'

export interface Enrolment {
  readonly eat: Uint8Array
  readonly statement: Uint8Array
  readonly record: Uint8Array
  readonly index: number
  readonly path: readonly Uint8Array[]
  readonly model: string
  readonly owner?: { readonly key: Uint8Array; readonly proof: Uint8Array }
}

export interface Enrolled {
  readonly index: number
  /** Shown once; null when the device was enrolled before. */
  readonly card: string | null
}

/**
 * Takes a device in: its key must be vouched for by its maker, be alive now, and wear numbers that
 * nobody else does. @throws {Refusal} attestation-needed, scope, chain, token-nonce,
 * boot-state-unverified, imei-mismatch, identity-conflict, owner-key
 */
export async function enrol(context: Context, request: Enrolment): Promise<Enrolled> {
  const eat = readEat(request.eat, context.trust.verify.es256)
  checkNonce(context, eat.nonce)
  const vouched = checkMaker(context, request)
  const { made } = vouched
  demand(
    equal(thumbprint(eat.dak), made.dak),
    'attestation-needed',
    'the maker vouches for another key',
  )
  await checkNumbers(context, eat, vouched)
  demand(eat.bootVerified, 'boot-state-unverified', 'enrolled only as the maker shipped it')
  const owner = request.owner ? checkOwner(context, eat, request.owner) : null
  await useNonce(context, eat.nonce)
  const known = await enrolledBefore(context, made)
  if (known !== null) return { index: known, card: null }
  await demandUnclaimed(context, made)
  const misnamed = made.imeis.filter((imei) => !isNamedAs(context, imei, request.model))
  await noteMisfit(context, { device: made.dak, why: 'model', imeis: misnamed })
  return keep(context, request, { eat, made, owner })
}

/** A key and its numbers in a maker's words, and which models those words may be about. */
interface Vouched {
  readonly made: MadeDevice
  readonly statement: BatchStatement
  readonly tacs: readonly Tac[] | null
}

/**
 * What a maker has signed of this device; whether he may speak of its models is still to be asked.
 * @throws {Refusal} attestation-needed, signature, chain
 */
function checkMaker({ sequencer, trust }: Context, request: Enrolment): Vouched {
  const cose = parseDocument(request.statement, 'application/stolen-batch+cbor')
  const slot = cose.slots[0]!
  const { cert } = sequencer.ledger.authorities.signer(
    slot.kid,
    sequencer.now(),
    sequencer.ledger.size,
  )
  demand(
    cert.role === 'maker' && cose.slots.length === 1,
    'attestation-needed',
    'not a statement of a maker',
  )
  verifySlot(cose, slot, cert.key, { verify: trust.verify.es256 })
  const statement = parseStatement(cose.payload)
  const made = parseMadeDevice(request.record)
  try {
    const { index, path } = request
    verifyInclusion({
      index,
      size: statement.count,
      leaf: leafHash(request.record),
      proof: path,
      root: statement.root,
    })
  } catch {
    demand(false, 'attestation-needed', 'the record is not part of the statement')
  }
  return { made, statement, tacs: cert.scope.tacs }
}

/**
 * The numbers are of the maker's own models, and those it gave. A key that a maker vouches for speaks here:
 * what does not fit is told to police. @throws {Refusal} scope, imei-mismatch
 */
async function checkNumbers(
  context: Context,
  eat: Eat,
  { made, statement, tacs }: Vouched,
): Promise<void> {
  const device = made.dak
  const isOwn = (imei: Imei14) =>
    [statement.tacs, tacs].every((models) => models?.includes(tacOf(imei)))
  const foreign = made.imeis.filter((imei) => !isOwn(imei))
  await noteMisfit(context, { device, why: 'model', imeis: foreign })
  checkMade(made, statement, tacs)
  const altered = eat.imeis.filter((imei) => !made.imeis.includes(imei))
  await noteMisfit(context, { device, why: 'altered', imeis: altered })
  demand(sameNumbers(eat, made), 'imei-mismatch', 'the maker vouches for other numbers')
}

/** Whether a phone of this number may call itself so, as far as anybody here knows models. */
function isNamedAs({ models }: Context, imei: Imei14, name: string): boolean {
  return models?.fits(tacOf(imei), name) ?? true
}

function sameNumbers(eat: Eat, made: MadeDevice): boolean {
  return (
    eat.imeis.length === made.imeis.length && eat.imeis.every((imei, i) => imei === made.imeis[i])
  )
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

async function enrolledBefore({ db }: Context, made: MadeDevice): Promise<number | null> {
  const device = await db
    .selectFrom('devices')
    .select('enrolled_at_index')
    .where('id', '=', made.dak)
    .executeTakeFirst()
  return device ? Number(device.enrolled_at_index) : null
}

/** Nobody else has its numbers, here or elsewhere: who comes second is told to police. @throws {Refusal} identity-conflict */
async function demandUnclaimed(context: Context, made: MadeDevice): Promise<void> {
  const second = (imeis: readonly Imei14[]) =>
    noteMisfit(context, { device: made.dak, why: 'keys', imeis })
  for (const imei of made.imeis) {
    const home = await homeElsewhere(context, imei)
    if (home !== null) await second([imei])
    demand(home === null, 'identity-conflict', 'one of the numbers is at home in another registry')
  }
  try {
    await claimNumbers(context, made)
  } catch (error) {
    await second(await numbersOfOthers(context, made))
    throw error
  }
}

/**
 * First the numbers, so that of two keys that want one only one gets it: all of them or none, or a
 * refused device would keep the other number from its honest owner. @throws {Refusal} identity-conflict
 */
async function claimNumbers({ db }: Context, made: MadeDevice): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('device_imeis')
      .values(made.imeis.map((imei14, i) => ({ imei14, device_id: made.dak, slot: i + 1 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const rows = await trx
      .selectFrom('device_imeis')
      .select('device_id')
      .where('imei14', 'in', [...made.imeis])
      .execute()
    const ours = rows.every((row) => equal(new Uint8Array(row.device_id), made.dak))
    demand(ours, 'identity-conflict', 'one of the numbers is enrolled for another key')
  })
}

/** Those of its numbers that are enrolled for another key. */
async function numbersOfOthers({ db }: Context, made: MadeDevice): Promise<Imei14[]> {
  const rows = await db
    .selectFrom('device_imeis')
    .select('imei14')
    .where('imei14', 'in', [...made.imeis])
    .where('device_id', '<>', made.dak)
    .execute()
  return rows.map(({ imei14 }) => parseImei14(imei14))
}

async function keep(
  context: Context,
  request: Enrolment,
  found: { readonly eat: Eat; readonly made: MadeDevice; readonly owner: PublicKey | null },
): Promise<Enrolled> {
  const { keys, sequencer, surroundings } = context
  const { eat, made, owner } = found
  const salt = surroundings.random(32)
  const card = drawCard(surroundings.random)
  const leaf = leafHash(saltedRecord(salt, request.record))
  const hash = cardHash(keys.secret, card)
  await sequencer.submit({
    kind: 'batch',
    body: coseSign(
      'application/stolen-batch+cbor',
      batchPayload({ type: 'enrolments', count: 1, root: leaf }),
      [keys.registry[0]],
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
    },
  })
  // Enrolled twice at the same moment: only the card that was kept is worth showing.
  const kept = await context.db
    .selectFrom('devices')
    .select(['enrolled_at_index', 'card_hash'])
    .where('id', '=', made.dak)
    .executeTakeFirstOrThrow()
  const isOurs = kept.card_hash !== null && equal(new Uint8Array(kept.card_hash), hash)
  return { index: Number(kept.enrolled_at_index), card: isOurs ? card : null }
}
