import {
  coseKey,
  demand,
  encodeCbor,
  equal,
  parseDocument,
  sameNumbers,
  thumbprint,
  type Eat,
  type PublicKey,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { cardHash, drawCard } from '../model/cards.ts'
import { formerOwner } from '../model/former-owner.ts'
import { demandAtHome } from './claimed-numbers.ts'
import { lookUp, noteAltered } from './known-device.ts'
import { demandSold } from './first-sales.ts'
import { noteSighting } from './sightings.ts'

export interface Enrolled {
  readonly index: number
  /** Shown once; null when somebody has had it. */
  readonly card: string | null
}

/** A device that is enrolled, as far as its next set-up asks. */
interface Known {
  readonly index: number
  readonly hasCard: boolean
  readonly serial: string | null
  /** Thumbprint of its owner's key. */
  readonly owner: Uint8Array | null
  /** Of the owner whose data were erased, `formerOwner`. */
  readonly former: Uint8Array | null
}

export async function enrolledBefore({ db }: Context, { dak }: Eat): Promise<Known | null> {
  const device = await db
    .selectFrom('devices')
    .select(['enrolled_at_index', 'card_hash', 'serial', 'owner_thumbprint', 'former_owner'])
    .where('id', '=', thumbprint(dak))
    .executeTakeFirst()
  if (!device) return null
  const { enrolled_at_index, card_hash, serial, owner_thumbprint, former_owner } = device
  return {
    index: Number(enrolled_at_index),
    hasCard: card_hash !== null,
    serial,
    owner: owner_thumbprint && new Uint8Array(owner_thumbprint),
    former: former_owner && new Uint8Array(former_owner),
  }
}

/**
 * A phone that is enrolled already proves itself by its key alone: who vouched for it was judged then, and
 * a certificate that has run out since must not keep its buyer out. One of a production run meets its owner
 * now: a card is drawn, and his key is kept with it, at once or never.
 * @throws {Refusal} imei-mismatch, owner-key, activation-refused, not-sold, distrusted, identity-conflict
 */
export async function setUp(
  context: Context,
  found: { readonly eat: Eat; readonly known: Known; readonly owner: PublicKey | null },
): Promise<Enrolled> {
  const { eat, known, owner } = found
  const { index } = known
  const { subject, state } = await lookUp(context, eat)
  await noteAltered(context, eat, subject)
  demand(sameNumbers(eat, subject.ids.imeis), 'imei-mismatch', 'enrolled with other numbers')
  demandNoOther(context, thumbprint(eat.dak), { known, owner })
  // A card would make somebody of whoever comes, while the key says nobody.
  if (known.hasCard || (known.former && !owner)) return { index, card: null }
  const { country } = context
  if (state !== 'protected') {
    const seen = { subjectId: subject.id, how: 'activation', verdict: state, country } as const
    await noteSighting(context, seen)
    demand(false, 'activation-refused', 'this phone is not free')
  }
  const dak = thumbprint(eat.dak)
  await demandSold(context, dak, country)
  await demandTrusted(context, index)
  // No run of a hundred thousand could ask in other countries.
  await demandAtHome(context, { dak, imeis: eat.imeis })
  return keepOwner(context, { dak, index, owner })
}

/**
 * No set-up makes somebody else the owner: that takes a sale, or an owner-key record. Nor does erasing what
 * is kept of him. One set up without a key has none until such a record names one. @throws {Refusal} owner-key
 */
function demandNoOther(
  { keys }: Context,
  device: Uint8Array,
  { known, owner }: { readonly known: Known; readonly owner: PublicKey | null },
): void {
  if (owner === null) return
  const key = thumbprint(owner)
  const isOwner = known.owner !== null && equal(known.owner, key)
  demand(isOwner || !known.hasCard, 'owner-key', 'a set-up makes nobody else the owner')
  const isSame = known.former === null || equal(known.former, formerOwner(keys.secret, device, key))
  demand(isSame, 'owner-key', 'this phone had another owner')
}

/**
 * A maker's key that was void at the leaf of its run vouched for nobody. @throws {Refusal} distrusted
 */
async function demandTrusted({ db, sequencer }: Context, index: number): Promise<void> {
  const run = await db
    .selectFrom('made_batches')
    .select('statement')
    .where('log_index', '=', BigInt(index))
    .executeTakeFirst()
  if (!run) return
  const { slots } = parseDocument(new Uint8Array(run.statement), 'application/stolen-batch+cbor')
  const { stops } = sequencer.ledger.authorities
  const isVoid = slots.some(({ kid }) => stops.isStopped(kid, index))
  demand(!isVoid, 'distrusted', 'the maker’s key was void when this run was enrolled')
}

async function keepOwner(
  { db, keys, surroundings }: Context,
  of: { readonly dak: Uint8Array; readonly index: number; readonly owner: PublicKey | null },
): Promise<Enrolled> {
  const { dak, index, owner } = of
  const card = drawCard(surroundings.random)
  const { numUpdatedRows } = await inTransaction(db, (trx) =>
    trx
      .updateTable('devices')
      .set({
        card_hash: cardHash(keys.secret, card),
        owner_thumbprint: owner && thumbprint(owner),
        owner_key: owner && encodeCbor(coseKey(owner)),
        former_owner: null,
      })
      .where('id', '=', dak)
      .where('card_hash', 'is', null)
      .executeTakeFirst(),
  )
  // Set up twice at the same moment: only the card that was kept is worth showing.
  return { index, card: numUpdatedRows === 1n ? card : null }
}
