import { demand } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { decideRows, type BatchRow, type RowResult } from './batch-decide.ts'
import { write } from './batch-writes.ts'
import { batchById, type Batch } from './batches.ts'

/** Rows in one request. */
const MAX_ROWS = 500

/**
 * Turns rows into cases and drafts. A row is taken once: sent again, it changes nothing, and gives
 * its draft again only while that lacks the officer's signature, or anew when the old one lapsed. So
 * an interrupted import goes on where it stopped. @throws {Refusal} forbidden, not-found, too-large,
 * import-incomplete
 */
export async function addRows(
  context: Context,
  caller: Caller,
  batchId: string,
  rows: readonly BatchRow[],
): Promise<readonly RowResult[]> {
  demandRole(caller, 'officer')
  demand(rows.length <= MAX_ROWS, 'too-large', `at most ${MAX_ROWS} rows at once`)
  const numbers = new Set(rows.map(({ row }) => row))
  demand(numbers.size === rows.length, 'malformed', 'a row number came twice in one request')
  const batch = await batchById(context, caller, batchId)
  demand(batch.proposedBy === caller.sub, 'forbidden', 'another officer imports this list')
  const { results, lapsed } = await earlier(context, batch, rows)
  const fresh = rows.filter(({ row }) => !results.has(row))
  // What the second officer sees when approving must not grow afterwards.
  const isNew = fresh.some(({ row }) => !lapsed.has(row))
  demand(batch.state === 'open' || !isNew, 'import-incomplete', 'the list had no such rows')
  const { made, writes } = await decideRows(context, caller, { batch, rows: fresh, lapsed })
  await write(context, writes)
  return rows.map(({ row }) => results.get(row) ?? made.get(row)!)
}

/** Rows that an earlier request took, and those of them whose draft lapsed before it was approved. */
async function earlier(
  { db }: Context,
  batch: Batch,
  rows: readonly BatchRow[],
): Promise<{ results: Map<number, RowResult>; lapsed: Map<number, string> }> {
  const results = new Map<number, RowResult>()
  const lapsed = new Map<number, string>()
  const numbers = rows.map(({ row }) => BigInt(row))
  if (numbers.length === 0) return { results, lapsed }
  const taken = await db
    .selectFrom('batch_rows')
    .leftJoin('cases', (join) =>
      join
        .onRef('cases.batch_id', '=', 'batch_rows.batch_id')
        .onRef('cases.row_no', '=', 'batch_rows.row_no'),
    )
    .leftJoin('drafts', (join) =>
      join
        .onRef('drafts.case_id', '=', 'cases.id')
        .on('drafts.act', '=', 'lock')
        .on('drafts.state', '=', 'collecting'),
    )
    .select(['batch_rows.row_no', 'batch_rows.result', 'batch_rows.code'])
    .select(['cases.id as case_id', 'cases.state'])
    .select(['drafts.id', 'drafts.payload', 'drafts.opening', 'drafts.signatures'])
    .where('batch_rows.batch_id', '=', batch.id)
    .where('batch_rows.row_no', 'in', numbers)
    .execute()
  for (const found of taken) {
    const row = Number(found.row_no)
    const { id, payload, opening, code, case_id } = found
    if (id !== null && payload !== null && opening !== null) {
      const signed = Object.hasOwn(found.signatures as object, '1')
      const draft = { id, payload: new Uint8Array(payload), opening: new Uint8Array(opening) }
      results.set(row, signed ? { row, result: 'unchanged' } : { row, result: 'proposed', draft })
    } else if (found.result === 'proposed' && found.state === 'open' && case_id !== null)
      lapsed.set(row, case_id)
    else if (found.result === 'refused')
      results.set(row, { row, result: 'refused', code: code ?? 'malformed' })
    else results.set(row, { row, result: found.result === 'standing' ? 'standing' : 'unchanged' })
  }
  return { results, lapsed }
}
