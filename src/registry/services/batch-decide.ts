import { randomUUID } from 'node:crypto'
import { Refusal, lapse, listedImei, saltedHash, toHex, type Imei14 } from '../../core/index.ts'
import type { SET_ASIDE } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../model/caller.ts'
import { compose, composing } from '../model/compose.ts'
import { ordersOf, stateLogged, type KnownOrder } from '../model/orders.ts'
import { subjectsForImeis } from '../model/many-subjects.ts'
import type { Subject } from '../model/subjects.ts'
import { WHY_CLONE } from './clone-cases.ts'
import { noWrites, type Writes } from './batch-writes.ts'
import type { Batch } from './batches.ts'

/** One row as the importing officer read it, or could not. */
export type BatchRow =
  | {
      readonly row: number
      readonly imei: string
      readonly claim: 'locked' | 'held' | 'recovered'
    }
  | { readonly row: number; readonly setAside: (typeof SET_ASIDE)[number] }

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

/** Rows that were not taken yet; `lapsed` names the case of those that are only to be drafted anew. */
export interface Fresh {
  readonly batch: Batch
  readonly rows: readonly BatchRow[]
  readonly lapsed: ReadonlyMap<number, string>
}

/** A case of this force that nobody has approved or closed. */
interface PendingCase {
  readonly id: string
  readonly state: string
  readonly batchId: string | null
}

interface Known {
  readonly batch: Batch
  readonly lapsed: ReadonlyMap<number, string>
  readonly subjects: ReadonlyMap<Imei14, Subject>
  readonly orders: ReadonlyMap<string, readonly KnownOrder[]>
  readonly pending: ReadonlyMap<string, readonly PendingCase[]>
  /** Subjects that this request already gave a case. */
  readonly taken: Set<string>
}

type UsableRow = Extract<BatchRow, { readonly imei: string }>

/** Decides what rows become, and what has to be written so that they are it. */
export async function decideRows(
  context: Context,
  caller: Caller,
  { batch, rows, lapsed }: Fresh,
): Promise<{ readonly made: Map<number, RowResult>; readonly writes: Writes }> {
  const { db } = context
  const usable = rows.flatMap((row) => ('imei' in row ? (listedImei(row.imei) ?? []) : []))
  const subjects = await subjectsForImeis(db, usable)
  const ids = [...subjects.values()].map(({ id }) => id)
  const orders = await ordersOf(db, ids)
  const pending = await pendingCases(context, caller, ids)
  const known: Known = { batch, lapsed, subjects, orders, pending, taken: new Set() }
  const made = new Map<number, RowResult>()
  const writes = noWrites()
  for (const row of rows) {
    const imei = 'imei' in row ? listedImei(row.imei) : null
    const subject = (imei && subjects.get(imei)) ?? null
    const result = decide(context, caller, row, subject, known, writes)
    made.set(row.row, result)
    if (!lapsed.has(row.row))
      writes.rows.push({
        batch_id: batch.id,
        row_no: row.row,
        subject_id: subject?.id ?? null,
        result: result.result,
        code: result.code ?? null,
      })
  }
  return { made, writes }
}

async function pendingCases(
  { db }: Context,
  caller: Caller,
  subjectIds: readonly string[],
): Promise<Map<string, PendingCase[]>> {
  const found = new Map<string, PendingCase[]>(subjectIds.map((id) => [id, []]))
  if (subjectIds.length === 0) return found
  const rows = await db
    .selectFrom('cases')
    .select(['id', 'subject_id', 'state', 'batch_id'])
    .where('force', '=', caller.iss)
    .where('subject_id', 'in', subjectIds)
    .where('state', 'in', ['open', 'proposed'])
    .where('why', '<>', BigInt(WHY_CLONE)) // no sign of a clone keeps a stolen phone from being locked
    .execute()
  for (const { id, subject_id, state, batch_id } of rows)
    found.get(subject_id)?.push({ id, state, batchId: batch_id })
  return found
}

function decide(
  context: Context,
  caller: Caller,
  row: BatchRow,
  subject: Subject | null,
  known: Known,
  writes: Writes,
): RowResult {
  if ('setAside' in row) return { row: row.row, result: 'refused', code: row.setAside }
  if (!subject) return { row: row.row, result: 'refused', code: 'imei-unusable' }
  const { batch, taken, lapsed } = known
  const orders = known.orders.get(subject.id) ?? []
  const now = Math.floor(context.sequencer.now() / 1000)
  const { state } = lapse(stateLogged(orders, context.sequencer.ledger), now)
  const own = lapsed.get(row.row)
  const pending = (known.pending.get(subject.id) ?? []).filter(({ id }) => id !== own)
  // An officer's own case is that officer's to close; lists take back only what lists brought.
  const listed = pending.filter(({ batchId }) => batchId !== null)
  const isBlocked = state === 'stolen' || state === 'recovered'
  if (row.claim === 'recovered') {
    writes.withdrawn.push(...listed.map(({ id }) => id))
    if (isBlocked) return { row: row.row, result: 'standing' }
    return { row: row.row, result: listed.length > 0 ? 'withdrawn' : 'unchanged' }
  }
  const outdated = listed.filter((found) => isOutdated(found, row, batch))
  const already = isBlocked || state === 'retired' || taken.has(subject.id)
  if (already || outdated.length < pending.length) return { row: row.row, result: 'unchanged' }
  writes.withdrawn.push(...outdated.map(({ id }) => id))
  taken.add(subject.id)
  return propose(context, caller, row, { batch, subject, orders, now, own }, writes)
}

/** An earlier list said pending and this one says stolen, or the other way round. */
function isOutdated({ state, batchId }: PendingCase, { claim }: UsableRow, batch: Batch): boolean {
  return batchId !== batch.id && (state === 'open') === (claim === 'locked')
}

function propose(
  context: Context,
  caller: Caller,
  row: UsableRow,
  about: {
    readonly batch: Batch
    readonly subject: Subject
    readonly orders: readonly KnownOrder[]
    readonly now: number
    /** The case that is only to be drafted anew. */
    readonly own: string | undefined
  },
  writes: Writes,
): RowResult {
  const { surroundings } = context
  const { batch, subject, orders, now, own } = about
  const at = surroundings.clock()
  const salt = surroundings.random(32)
  const crimeReference = `${batch.prefix}/${row.row}`
  const caseId = own ?? randomUUID()
  const caseRow = {
    id: caseId,
    force: caller.iss,
    crime_reference: crimeReference,
    case_salt: salt,
    subject_id: subject.id,
    why: batch.why,
    batch_id: batch.id,
    row_no: row.row,
    report_id: null,
    at_ms: at,
  }
  if (row.claim === 'held') {
    writes.cases.push({ ...caseRow, state: 'open' })
    return { row: row.row, result: 'open' }
  }
  try {
    const evidence = saltedHash(salt, `list ${toHex(batch.fileHash)} row ${row.row}`)
    const content = {
      act: 'lock',
      auth: caller.iss,
      case: saltedHash(salt, crimeReference),
      own: ['in-person', evidence],
      why: batch.why,
      clu: batch.fileHash,
    } as const
    const composed = compose(content, subject, orders, now, composing(context))
    const draft = { id: randomUUID(), payload: composed.payload, opening: composed.opening }
    if (own === undefined) writes.cases.push({ ...caseRow, state: 'proposed' })
    else writes.redrafted.push({ id: own, salt })
    writes.drafts.push({
      ...draft,
      case_id: caseId,
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
