import type { Selectable, Transaction } from 'kysely'
import { equal, parseAcceptance, parseSale, thumbprint } from '../../core/index.ts'
import { encodeSaleProof } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { certificatesOf, leafAt, proofOf } from './bundles.ts'

export type SaleRow = Selectable<Schema['sales']>

/** The sales of a device, in log order. */
export function salesOf({ db }: Pick<Context, 'db'>, device: Uint8Array): Promise<SaleRow[]> {
  return db
    .selectFrom('sales')
    .selectAll()
    .where('device_id', '=', device)
    .orderBy('log_index')
    .execute()
}

/** Those that a phone has missed which still knows this owner. */
export function salesAfter(sales: readonly SaleRow[], owner: Uint8Array): readonly SaleRow[] {
  const first = sales.findLastIndex(({ seller }) => equal(new Uint8Array(seller), owner))
  return first < 0 ? [] : sales.slice(first)
}

/** The card that was this owner's before he sold the phone; null where he never did. */
export async function formerCard(
  trx: Transaction<Schema>,
  device: Uint8Array,
  owner: Uint8Array,
): Promise<Uint8Array | null> {
  const row = await trx
    .selectFrom('sales')
    .select('seller_card')
    .where('device_id', '=', device)
    .where('seller', '=', owner)
    .orderBy('log_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.seller_card ?? null
}

/** The proof of purchase, under the newest checkpoint; null until witnesses have seen the sale. */
export async function proofOfSale(context: Context, sale: SaleRow): Promise<Uint8Array | null> {
  const published = context.sequencer.published.plain
  const index = Number(sale.log_index)
  if (published === null || index >= published.checkpoint.size) return null
  const entry = await leafAt(context, index)
  return encodeSaleProof({
    salt: new Uint8Array(sale.salt),
    record: new Uint8Array(sale.record),
    entry,
    certificates: certificatesOf(context, [{ index, entry }]),
    proof: await proofOf(context, index, published),
    roots: [],
  })
}

/** Thumbprint of the key that a sale gives the phone to. */
export function buyerOf(record: Uint8Array): Uint8Array {
  const { acceptance } = parseSale(new Uint8Array(record))
  return thumbprint(parseAcceptance(acceptance.payload).key)
}
