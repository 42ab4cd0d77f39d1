import type { Transaction } from 'kysely'
import { demand, lapse, type Imei14 } from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { isOver } from '../log/order-rows.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { formerOwner } from '../model/former-owner.ts'
import { ordersOf, stateLogged, type KnownOrder } from '../model/orders.ts'
import { subjectById, subjectIdsOfPhone, type Subject } from '../model/subjects.ts'
import { WHY_CLONE } from './clone-cases.ts'
import { forgetBrowsersOfOwner } from './owners/push-subscriptions.ts'
import { eraseParts } from './parts/erase-parts.ts'

/** What was destroyed. */
export interface Erased {
  readonly orders: number
  readonly cases: number
  readonly reports: number
  readonly sightings: number
  readonly owner: boolean
}

/** What is kept of what a device's owner asked for and was told. */
const OWNERS = [
  'waits',
  'notices',
  'contacts',
  'owner_words',
  'device_grants',
  'outbox',
  'protection_changes',
  'transfer_offers',
  'sales',
  'first_sales',
  'seen_boots',
  'phones_seen',
  'trusted_people',
  'owner_asks',
  'secret_words',
  'threats',
] as const
/** Cases that police still work on. */
const OPEN_CASES = ['open', 'proposed', 'approved'] as const

/**
 * Destroys what ties a device to its orders and to people: openings, salts, owner, cases, reports,
 * sightings, signs of clones, who honestly wears its numbers, what its owner asked for and was told, and the
 * rows that say which order was about it. The log keeps every entry, and nobody can say any more which
 * device they meant. What stays: that a device of this key and these numbers
 * was enrolled, how far its counter has come, without which the phone would refuse its next lock, and what
 * knows the owner's key again, without which the next who sets it up would be its owner.
 *
 * Never while an order is in force or police work on a case: erasing must not set a stolen phone free.
 * @throws {Refusal} forbidden, not-found · wrong-state: held, stolen, recovered or retired · a case is open ·
 * a conflict or pair about one of its numbers stands
 */
export async function eraseDevice(
  context: Context,
  caller: Caller,
  what: { readonly imei: Imei14 } | { readonly serial: string },
): Promise<Erased> {
  demandRole(caller, 'registry')
  const ids = await subjectIdsOfPhone(context.db, what)
  demand(ids.length > 0, 'not-found', 'nothing is kept about this device')
  const erased = await inTransaction(context.db, async (trx) => {
    const all: Erased[] = []
    // All of them are looked at before any is touched.
    const subjects = []
    for (const id of ids) subjects.push(await erasable(context, trx, id))
    for (const one of subjects) all.push(await erase(context, trx, one))
    const audited = { db: trx, surroundings: context.surroundings }
    for (const subjectId of ids) await audit(audited, caller, 'device.erase', { subjectId })
    return all
  })
  return erased.reduce((sum, one) => ({
    orders: sum.orders + one.orders,
    cases: sum.cases + one.cases,
    reports: sum.reports + one.reports,
    sightings: sum.sightings + one.sightings,
    owner: sum.owner || one.owner,
  }))
}

interface Erasable {
  readonly subject: Subject
  readonly orders: readonly KnownOrder[]
}

/** @throws {Refusal} wrong-state */
async function erasable(
  { sequencer }: Context,
  trx: Transaction<Schema>,
  id: string,
): Promise<Erasable> {
  const subject = await subjectById(trx, id)
  const orders = (await ordersOf(trx, [id])).get(id) ?? []
  const device = lapse(stateLogged(orders, sequencer.ledger), Math.floor(sequencer.now() / 1000))
  const areOver = orders.every(({ index }) => isOver(sequencer.ledger, index))
  demand(
    areOver && device.state === 'protected',
    'wrong-state',
    `nothing is erased of a ${device.state} phone`,
  )
  const open = await trx
    .selectFrom('cases')
    .select('id')
    .where('subject_id', '=', id)
    .where('state', 'in', [...OPEN_CASES])
    .where('why', '<>', BigInt(WHY_CLONE)) // opened by nobody: what police made of it is a record, asked for below
    .limit(1)
    .executeTakeFirst()
  demand(open === undefined, 'wrong-state', 'police work on a case about this device')
  const identities = await identitiesOf(trx, subject.ids.imeis)
  demand(
    identities.every((index) => sequencer.ledger.isIdentityOver(index)),
    'wrong-state',
    'a conflict or pair about its number stands',
  )
  return { subject, orders }
}

/** Leaves of the conflicts and pairs about these numbers. */
async function identitiesOf(trx: Transaction<Schema>, imeis: readonly Imei14[]): Promise<number[]> {
  if (imeis.length === 0) return []
  const rows = await trx
    .selectFrom('identity_openings')
    .select('log_index')
    .where('imei14', 'in', [...imeis])
    .execute()
  return rows.map((row) => Number(row.log_index))
}

async function eraseClones(trx: Transaction<Schema>, imeis: readonly Imei14[]): Promise<void> {
  if (imeis.length === 0) return
  await trx
    .deleteFrom('clone_signals')
    .where('imei14', 'in', [...imeis])
    .execute()
}

/** Who said that he knows its people, and what was unusual in looks at it. */
async function eraseLooks(trx: Transaction<Schema>, subjectId: string): Promise<void> {
  await trx
    .deleteFrom('known_people')
    .where(
      'report_id',
      'in',
      trx.selectFrom('reports').select('id').where('subject_id', '=', subjectId),
    )
    .execute()
  const cases = await trx
    .selectFrom('cases')
    .select('id')
    .where('subject_id', '=', subjectId)
    .execute()
  await trx
    .deleteFrom('unusual_looks')
    .where('about', 'in', [subjectId, ...cases.map(({ id }) => id)])
    .execute()
}

async function eraseIdentities(trx: Transaction<Schema>, imeis: readonly Imei14[]): Promise<void> {
  if (imeis.length === 0) return
  await trx
    .deleteFrom('identity_drafts')
    .where('imei14', 'in', [...imeis])
    .execute()
  await trx
    .updateTable('identity_openings')
    .set({ imei14: null, opening: null })
    .where('imei14', 'in', [...imeis])
    .execute()
}

async function erase(
  context: Context,
  trx: Transaction<Schema>,
  { subject, orders }: Erasable,
): Promise<Erased> {
  const { id, ids } = subject
  const indexes = orders.map(({ index }) => BigInt(index))
  if (indexes.length > 0)
    await trx.deleteFrom('owner_keys').where('of_index', 'in', indexes).execute()
  await trx.deleteFrom('owner_key_drafts').where('subject_id', '=', id).execute()
  for (const table of ['correction_views', 'corrections'] as const)
    await trx
      .deleteFrom(table)
      .where('draft_id', 'in', trx.selectFrom('drafts').select('id').where('subject_id', '=', id))
      .execute()
  await trx
    .deleteFrom('release_vouchers')
    .where('draft_id', 'in', trx.selectFrom('drafts').select('id').where('subject_id', '=', id))
    .execute()
  await trx.deleteFrom('drafts').where('subject_id', '=', id).execute()
  await eraseIdentities(trx, ids.imeis)
  await eraseClones(trx, ids.imeis)
  await trx.deleteFrom('recoveries').where('subject_id', '=', id).execute()
  await trx
    .updateTable('batch_rows')
    .set({ subject_id: null })
    .where('subject_id', '=', id)
    .execute()
  await eraseLooks(trx, id)
  await trx
    .deleteFrom('report_details')
    .where('report_id', 'in', trx.selectFrom('reports').select('id').where('subject_id', '=', id))
    .execute()
  const reports = await trx.deleteFrom('reports').where('subject_id', '=', id).execute()
  for (const table of ['case_takings', 'case_views', 'case_refusals'] as const)
    await trx
      .deleteFrom(table)
      .where('case_id', 'in', trx.selectFrom('cases').select('id').where('subject_id', '=', id))
      .execute()
  await trx
    .deleteFrom('requests')
    .where((eb) =>
      eb.or([
        eb('case_id', 'in', trx.selectFrom('cases').select('id').where('subject_id', '=', id)),
        ...(ids.imeis.length > 0 ? [eb('imei14', 'in', [...ids.imeis])] : []),
      ]),
    )
    .execute()
  const cases = await trx.deleteFrom('cases').where('subject_id', '=', id).execute()
  const seen = await trx
    .deleteFrom('sightings')
    .where((eb) =>
      eb.or([
        eb('subject_id', '=', id),
        ...(ids.imeis.length > 0 ? [eb('imei14', 'in', [...ids.imeis])] : []),
      ]),
    )
    .execute()
  for (const table of [
    'disputes',
    'case_claims',
    'returns',
    'release_requests',
    'appeals',
  ] as const)
    await trx.deleteFrom(table).where('subject_id', '=', id).execute()
  await trx.deleteFrom('orders').where('subject_id', '=', id).execute()
  const erased = indexes.map((log_index) => ({ log_index }))
  if (erased.length > 0) await trx.insertInto('erased_orders').values(erased).execute()
  await trx
    .updateTable('subjects')
    .set({ ctr_floor: Math.max(subject.ctrFloor, ...orders.map(({ order }) => order.ctr)) })
    .where('id', '=', id)
    .execute()
  if (ids.dak) await eraseParts(trx, ids.dak)
  const owner = ids.dak ? await eraseOwner(context, trx, ids.dak) : false
  const count = (results: readonly { readonly numDeletedRows: bigint }[]) =>
    results.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0)
  return {
    orders: orders.length,
    cases: count(cases),
    reports: count(reports),
    sightings: count(seen),
    owner,
  }
}

async function eraseOwner(
  { keys }: Context,
  trx: Transaction<Schema>,
  device: Uint8Array,
): Promise<boolean> {
  const row = await trx
    .selectFrom('devices')
    .select(['owner_key', 'owner_thumbprint', 'card_hash', 'former_owner'])
    .where('id', '=', device)
    .executeTakeFirstOrThrow()
  const owner = row.owner_thumbprint && new Uint8Array(row.owner_thumbprint)
  await forgetBrowsersOfOwner(trx, device)
  for (const table of OWNERS) await trx.deleteFrom(table).where('device_id', '=', device).execute()
  await trx
    .updateTable('devices')
    .set({
      owner_thumbprint: null,
      owner_key: null,
      card_hash: null,
      former_owner: owner ? formerOwner(keys.secret, device, owner) : row.former_owner,
      // Opened the device's leaf in its enrolment batch.
      record_salt: new Uint8Array(32),
      unprotected_index: null,
    })
    .where('id', '=', device)
    .execute()
  return row.owner_key !== null || row.card_hash !== null
}
