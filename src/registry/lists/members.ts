import { sql } from 'kysely'
import {
  HOLD_SECONDS,
  LISTS,
  heaviest,
  listOf,
  listingsInForce,
  parseEntry,
  parseOpening,
  parseOwnerKeyRecord,
  type Imei14,
  type List,
  type Listing,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { ordersOf } from '../model/orders.ts'

/** As of which leaves, and of which log time in Unix seconds: that of the last of them. */
export interface AsOf {
  readonly size: number
  readonly t: number
}

const PAGE = 500

type Reading = Pick<Context, 'db' | 'sequencer'>

/** The list each of these numbers stands in as of a tree. A number nobody asked about is not there. */
export async function listsOf(
  context: Reading,
  imeis: readonly Imei14[],
  { size, t }: AsOf,
): Promise<Map<Imei14, List | null>> {
  const listed = new Map<Imei14, List | null>()
  const inConflict = new Set(await conflicts(context, size))
  for (let at = 0; at < imeis.length; at += PAGE) {
    const page = imeis.slice(at, at + PAGE)
    const subjects = await subjectsWearing(context, page)
    const listings = [...(await listingsOf(context, subjects, size)).values()]
    for (const imei of page) {
      const worn = listings.flatMap((one) => one.get(imei) ?? [])
      listed.set(imei, listOf(heaviest(worn, t), inConflict.has(imei)))
    }
  }
  return listed
}

/** Every number that any subject's orders make black, page by page: for a list made from nothing. */
export async function* allBlack(
  context: Reading,
  { size, t }: AsOf,
): AsyncGenerator<readonly Imei14[]> {
  let after: string | null = null
  do {
    let query = context.db.selectFrom('subjects').select('id').orderBy('id').limit(PAGE)
    if (after !== null) query = query.where('id', '>', after)
    const ids: string[] = (await query.execute()).map(({ id }) => id)
    const listings = await listingsOf(context, ids, size)
    yield [...listings.values()].flatMap((one) =>
      [...one].flatMap(([imei, listing]) =>
        listOf(heaviest([listing], t), false) === LISTS.black ? imei : [],
      ),
    )
    after = ids.length < PAGE ? null : ids.at(-1)!
  } while (after !== null)
}

/** Every grey number: held and not lapsed, or in conflict, and not black. */
export async function allGrey(context: Reading, asOf: AsOf): Promise<Imei14[]> {
  const { size, t } = asOf
  const since = (t - HOLD_SECONDS - 1) * 1000
  const holds = await context.db
    .selectFrom('orders')
    .select('subject_id')
    .distinct()
    .where('act', '=', 'hold')
    .where('at_ms', '>=', BigInt(since))
    .where('log_index', '<', BigInt(size))
    .execute()
  const ids = holds.map((row) => row.subject_id)
  const imeis = new Set(await conflicts(context, size))
  for (let at = 0; at < ids.length; at += PAGE)
    for (const one of (await listingsOf(context, ids.slice(at, at + PAGE), size)).values())
      for (const imei of one.keys()) imeis.add(imei)
  const listed = await listsOf(context, [...imeis], asOf)
  return [...listed].flatMap(([imei, list]) => (list === LISTS.grey ? imei : []))
}

/**
 * Numbers about which a leaf in [from, to) says something; null where it can be any number.
 */
export async function numbersTouched(
  context: Reading,
  from: number,
  to: number,
): Promise<Imei14[] | null> {
  const { db } = context
  const subjects = new Set<string>()
  for (let at = from; at < to; at += PAGE) {
    const rows = await db
      .selectFrom('entries')
      .leftJoin('orders', 'orders.log_index', 'entries.index')
      .select(['entries.leaf', 'orders.subject_id'])
      .where('entries.index', '>=', BigInt(at))
      .where('entries.index', '<', BigInt(Math.min(to, at + PAGE)))
      .execute()
    for (const { leaf, subject_id } of rows) {
      if (subject_id !== null) {
        subjects.add(subject_id)
        continue
      }
      const { kind, body } = parseEntry(new Uint8Array(leaf))
      // Stopped keys change any number; an order without its row was erased, and may have freed one.
      if (kind === 'list' || kind === 'distrust' || kind === 'order') return null
      if (kind !== 'owner-key') continue
      const { of } = parseOwnerKeyRecord(body.payload)
      const order = await db
        .selectFrom('orders')
        .select('subject_id')
        .where('log_index', '=', BigInt(of))
        .executeTakeFirst()
      if (order) subjects.add(order.subject_id)
    }
  }
  const imeis = new Set<Imei14>()
  const ids = [...subjects]
  for (let at = 0; at < ids.length; at += PAGE)
    for (const orders of (await ordersOf(db, ids.slice(at, at + PAGE))).values())
      for (const { opening } of orders)
        for (const imei of parseOpening(opening).ids.imeis) imeis.add(imei)
  return [...imeis]
}

async function listingsOf(
  { db, sequencer }: Reading,
  subjectIds: readonly string[],
  size: number,
): Promise<Map<string, Map<Imei14, Listing>>> {
  const orders = await ordersOf(db, subjectIds)
  const frontiers = { plain: size, guarded: size }
  return new Map(
    [...orders].map(([id, list]) => {
      const opened = list.map((one) => ({ ...one, imeis: parseOpening(one.opening).ids.imeis }))
      return [id, listingsInForce(opened, frontiers, sequencer.ledger)]
    }),
  )
}

async function subjectsWearing({ db }: Reading, imeis: readonly Imei14[]): Promise<string[]> {
  const any = sql<string>`any(${[...imeis]}::text[])`
  const devices = db
    .selectFrom('device_imeis')
    .innerJoin('subjects', 'subjects.device_id', 'device_imeis.device_id')
    .select('subjects.id')
    .where('device_imeis.imei14', '=', any)
  const numbers = db.selectFrom('subjects').select('id').where('imei14', '=', any)
  return (await devices.union(numbers).execute()).map(({ id }) => id)
}

/** Numbers in conflict; there are few. */
async function conflicts({ db, sequencer }: Reading, size: number): Promise<Imei14[]> {
  const rows = await db
    .selectFrom('identity_openings')
    .select(['log_index', 'imei14'])
    .where('imei14', 'is not', null)
    .where('log_index', '<', BigInt(size))
    .execute()
  return rows
    .filter(
      ({ log_index }) => sequencer.ledger.identity(Number(log_index))?.record.type === 'conflict',
    )
    .map(({ imei14 }) => imei14 as Imei14)
}
