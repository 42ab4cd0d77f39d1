import type { Kysely } from 'kysely'
import {
  Refusal,
  checkIdentityOpening,
  parseEntry,
  parseIdentityOpening,
  parseIdentityRecord,
  type IdentityRecord,
  type Ledger,
} from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'
import { demandFit, disagreement } from './order-rows.ts'

/**
 * What registers are told of a conflict or pair opens the record that stands in the log: whoever can
 * write in the database must not whiten a thief's number, nor let an honest one be forgotten. Rows of
 * consecutive entries. @throws {Fatal} row-disagrees-with-log
 */
export async function checkIdentityRows(
  db: Kysely<Schema>,
  entries: readonly { readonly index: bigint; readonly leaf: Uint8Array }[],
): Promise<void> {
  const first = entries[0]
  const last = entries.at(-1)
  if (first === undefined || last === undefined) return
  const rows = await db
    .selectFrom('identity_openings')
    .selectAll()
    .where('log_index', '>=', first.index)
    .where('log_index', '<=', last.index)
    .execute()
  const byIndex = new Map(rows.map((row) => [row.log_index, row]))
  for (const { index, leaf } of entries) {
    const { kind, body } = parseEntry(new Uint8Array(leaf))
    const record = kind === 'identity' ? parseIdentityRecord(body.payload) : null
    const row = byIndex.get(index)
    demandFit((row !== undefined) === (record !== null && record.type !== 'end'), index)
    if (row && record && row.opening !== null)
      demandFit(opened(record, row.opening, index) === row.imei14, index)
    else if (row) demandFit(row.imei14 === null, index)
  }
}

/** The number a record is about. @throws {Fatal} row-disagrees-with-log */
function opened(record: IdentityRecord, opening: Uint8Array, index: bigint): string {
  try {
    return checkIdentityOpening(record, parseIdentityOpening(new Uint8Array(opening))).imei14
  } catch (error) {
    throw error instanceof Refusal ? disagreement(index, error) : error
  }
}

/** Nothing is erased before it is over, as the whole log tells it. @throws {Fatal} row-disagrees-with-log */
export async function checkErasedIdentities(db: Kysely<Schema>, ledger: Ledger): Promise<void> {
  const rows = await db
    .selectFrom('identity_openings')
    .select('log_index')
    .where('opening', 'is', null)
    .execute()
  for (const { log_index: index } of rows) demandFit(ledger.isIdentityOver(Number(index)), index)
}
