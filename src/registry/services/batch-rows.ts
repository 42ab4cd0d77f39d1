import { randomUUID } from 'node:crypto'
import {
  Refusal,
  demand,
  lapse,
  listedImei,
  saltedHash,
  toHex,
  type Imei14,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { compose } from '../model/compose.ts'
import { ordersOf, stateLogged, type KnownOrder } from '../model/orders.ts'
import { subjectsForImeis } from '../model/many-subjects.ts'
import type { Subject } from '../model/subjects.ts'
import { write, type Writes } from './batch-writes.ts'
import { batchById, type Batch } from './batches.ts'

/** One row as the importing officer read it. */
export interface BatchRow {
  readonly row: number
  readonly imei: string
  readonly claim: 'locked' | 'held' | 'recovered'
}

/** What a row became. */
export interface RowResult {
  readonly row: number
  readonly result: 'proposed' | 'open' | 'unchanged' | 'withdrawn' | 'standing' | 'refused'
  readonly code?: string
  /** To be signed by the importing officer. */
  readonly draft?: {
    readonly id: string
    readonly payload: Uint8Array
    readonly opening: Uint8Array
  }
}

/** Rows in one request. */
export const MAX_ROWS = 500

interface Known {
  readonly batch: Batch
  readonly subjects: ReadonlyMap<Imei14, Subject>
  readonly orders: ReadonlyMap<string, readonly KnownOrder[]>
  /** Subjects that already have a case of this force which is not closed. */
  readonly pending: ReadonlyMap<string, string>
}

/**
 * Turns rows into cases and drafts. Sent again, a row gives what it gave: an interrupted import goes
 * on where it stopped. @throws {Refusal} forbidden, not-found, too-large
 */
export async function addRows(
  context: Context,
  caller: Caller,
  batchId: string,
  rows: readonly BatchRow[],
): Promise<readonly RowResult[]> {
  demandRole(caller, 'officer')
  demand(rows.length <= MAX_ROWS, 'too-large', `at most ${MAX_ROWS} rows at once`)
  const batch = await batchById(context, caller, batchId)
  demand(batch.proposedBy === caller.sub, 'forbidden', 'another officer imports this list')
  const before = await earlierResults(context, batch, rows)
  const fresh = rows.filter(({ row }) => !before.has(row))
  const made = await makeCases(context, caller, batch, fresh)
  return rows.map(({ row }) => before.get(row) ?? made.get(row)!)
}

/** Rows that an earlier request already took. */
async function earlierResults(
  { db }: Context,
  batch: Batch,
  rows: readonly BatchRow[],
): Promise<Map<number, RowResult>> {
  const numbers = rows.map(({ row }) => BigInt(row))
  const results = new Map<number, RowResult>()
  if (numbers.length === 0) return results
  const cases = await db
    .selectFrom('cases')
    .leftJoin('drafts', 'drafts.case_id', 'cases.id')
    .select([
      'cases.row_no',
      'cases.state',
      'drafts.id',
      'drafts.payload',
      'drafts.opening',
      'drafts.signatures',
    ])
    .where('cases.batch_id', '=', batch.id)
    .where('cases.row_no', 'in', numbers)
    .execute()
  for (const found of cases) {
    const row = Number(found.row_no)
    const unsigned = found.signatures !== null && !Object.hasOwn(found.signatures as object, '1')
    const { id, payload, opening } = found
    if (unsigned && id !== null && payload !== null && opening !== null) {
      const draft = { id, payload: new Uint8Array(payload), opening: new Uint8Array(opening) }
      results.set(row, { row, result: 'proposed', draft })
    } else results.set(row, { row, result: found.state === 'open' ? 'open' : 'unchanged' })
  }
  const refused = await db
    .selectFrom('batch_rows_refused')
    .select(['row_no', 'code'])
    .where('batch_id', '=', batch.id)
    .where('row_no', 'in', numbers)
    .execute()
  for (const { row_no, code } of refused)
    results.set(Number(row_no), { row: Number(row_no), result: 'refused', code })
  return results
}

async function makeCases(
  context: Context,
  caller: Caller,
  batch: Batch,
  rows: readonly BatchRow[],
): Promise<Map<number, RowResult>> {
  const { db } = context
  const usable = rows.flatMap(({ imei }) => listedImei(imei) ?? [])
  const subjects = await subjectsForImeis(db, usable)
  const ids = [...subjects.values()].map(({ id }) => id)
  const known: Known = {
    batch,
    subjects,
    orders: await ordersOf(db, ids),
    pending: await pendingCases(context, caller, ids),
  }
  const results = new Map<number, RowResult>()
  const writes: Writes = { cases: [], drafts: [], refused: [], withdrawn: [] }
  const taken = new Set<string>()
  for (const row of rows) {
    const result = decideRow(context, caller, row, known, taken, writes)
    results.set(row.row, result)
    if (result.result === 'refused')
      writes.refused.push({ batch_id: batch.id, row_no: row.row, code: result.code ?? 'malformed' })
  }
  await write(context, writes)
  return results
}

async function pendingCases(
  { db }: Context,
  caller: Caller,
  subjectIds: readonly string[],
): Promise<Map<string, string>> {
  if (subjectIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('cases')
    .select(['id', 'subject_id'])
    .where('force', '=', caller.iss)
    .where('subject_id', 'in', subjectIds)
    .where('state', 'in', ['open', 'proposed'])
    .execute()
  return new Map(rows.map((row) => [row.subject_id, row.id]))
}

function decideRow(
  context: Context,
  caller: Caller,
  row: BatchRow,
  known: Known,
  taken: Set<string>,
  writes: Writes,
): RowResult {
  const imei = listedImei(row.imei)
  const subject = imei && known.subjects.get(imei)
  if (!subject) return { row: row.row, result: 'refused', code: 'imei-unusable' }
  const orders = known.orders.get(subject.id) ?? []
  const now = Math.floor(context.sequencer.now() / 1000)
  const { state } = lapse(stateLogged(orders), now)
  const pending = known.pending.get(subject.id)
  if (row.claim === 'recovered') {
    if (pending === undefined)
      return { row: row.row, result: state === 'stolen' ? 'standing' : 'unchanged' }
    writes.withdrawn.push(pending)
    return { row: row.row, result: 'withdrawn' }
  }
  const already = state === 'stolen' || pending !== undefined || taken.has(subject.id)
  if (already) return { row: row.row, result: 'unchanged' }
  taken.add(subject.id)
  return propose(context, caller, row, { batch: known.batch, subject, orders, now }, writes)
}

function propose(
  context: Context,
  caller: Caller,
  row: BatchRow,
  about: {
    readonly batch: Batch
    readonly subject: Subject
    readonly orders: readonly KnownOrder[]
    readonly now: number
  },
  writes: Writes,
): RowResult {
  const { random } = context.surroundings
  const { batch, subject, orders, now } = about
  const at = context.surroundings.clock()
  const salt = random(32)
  const crimeReference = `${batch.prefix}/${row.row}`
  const caseRow = {
    id: randomUUID(),
    force: caller.iss,
    crime_reference: crimeReference,
    case_salt: salt,
    subject_id: subject.id,
    why: batch.why,
    state: 'open' as const,
    batch_id: batch.id,
    row_no: row.row,
    report_id: null,
    at_ms: at,
  }
  if (row.claim === 'held') {
    writes.cases.push(caseRow)
    return { row: row.row, result: 'open' }
  }
  try {
    const own = [
      'in-person',
      saltedHash(salt, `list ${toHex(batch.fileHash)} row ${row.row}`),
    ] as const
    const content = {
      act: 'lock',
      auth: caller.iss,
      case: saltedHash(salt, crimeReference),
      own,
      why: batch.why,
      clu: batch.fileHash,
    } as const
    const composed = compose(content, subject, orders, now, context.surroundings)
    const draft = { id: randomUUID(), payload: composed.payload, opening: composed.opening }
    writes.cases.push({ ...caseRow, state: 'proposed' })
    writes.drafts.push({
      ...draft,
      case_id: caseRow.id,
      act: 'lock',
      subject_id: subject.id,
      owner_salt: composed.ownerSalt,
      signatures: '{}',
      proposed_by: caller.sub,
      state: 'collecting',
      at_ms: at,
      log_index: null,
    })
    return { row: row.row, result: 'proposed', draft }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { row: row.row, result: 'refused', code: error.code }
  }
}
