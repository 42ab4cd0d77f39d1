import { randomUUID } from 'node:crypto'
import { demand, toHex } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'

/** An imported list on its way to become orders. */
export interface Batch {
  readonly id: string
  readonly force: string
  readonly source: string
  readonly fileHash: Uint8Array
  readonly kind: 'full' | 'delta'
  readonly proposedBy: string
  readonly state: 'open' | 'approved'
  /** Rows of the file, as the importing officer counted them. */
  readonly rows: number
  readonly why: number
  readonly prefix: string
}

export interface NewBatch {
  readonly source: string
  readonly fileHash: Uint8Array
  readonly kind: 'full' | 'delta'
  readonly rows: number
  readonly why: number
  /** Begins the crime reference of each case, before its row. */
  readonly prefix: string | null
  /** Why a list that is much shorter than the last one is right. */
  readonly shrinkReason: string | null
}

/** A new full list below this share of the last one is suspicious. */
const LEAST_SHARE = 0.75

/** Opens an import, or finds it again: the file's hash is its identity. @throws {Refusal} forbidden, import-shrinks */
export async function openBatch(
  context: Context,
  caller: Caller,
  wanted: NewBatch,
): Promise<Batch> {
  demandRole(caller, 'officer')
  const { db, surroundings } = context
  const known = await batchByHash(context, caller, wanted.fileHash)
  if (known) return known
  await demandNotShrunk(context, caller, wanted)
  const id = randomUUID()
  await db
    .insertInto('batches')
    .values({
      id,
      force: caller.iss,
      source: wanted.source,
      file_hash: wanted.fileHash,
      kind: wanted.kind,
      proposed_by: caller.sub,
      state: 'open',
      at_ms: surroundings.clock(),
      counts: JSON.stringify({
        rows: wanted.rows,
        why: wanted.why,
        prefix: wanted.prefix ?? toHex(wanted.fileHash).slice(0, 12),
        shrinkReason: wanted.shrinkReason,
      }),
    })
    .onConflict((conflict) => conflict.columns(['force', 'file_hash']).doNothing())
    .execute()
  await audit(context, caller, 'batch.open', {})
  const made = await batchByHash(context, caller, wanted.fileHash)
  demand(made !== null, 'unavailable', 'the import could not be kept')
  return made
}

async function demandNotShrunk({ db }: Context, caller: Caller, wanted: NewBatch): Promise<void> {
  if (wanted.kind !== 'full') return
  demand(wanted.rows > 0, 'import-shrinks', 'an empty list never passes')
  const last = await db
    .selectFrom('batches')
    .select('counts')
    .where('force', '=', caller.iss)
    .where('kind', '=', 'full')
    .orderBy('at_ms', 'desc')
    .executeTakeFirst()
  const before = last ? countsOf(last.counts).rows : 0
  const shrunk = wanted.rows < before * LEAST_SHARE
  demand(
    !shrunk || wanted.shrinkReason !== null,
    'import-shrinks',
    `${wanted.rows} rows, the last list had ${before}`,
  )
}

async function batchByHash(
  { db }: Context,
  caller: Caller,
  fileHash: Uint8Array,
): Promise<Batch | null> {
  const row = await db
    .selectFrom('batches')
    .selectAll()
    .where('force', '=', caller.iss)
    .where('file_hash', '=', fileHash)
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

/** @throws {Refusal} forbidden, not-found */
export async function batchById({ db }: Context, caller: Caller, id: string): Promise<Batch> {
  demandRole(caller, 'officer')
  const row = await db
    .selectFrom('batches')
    .selectAll()
    .where('id', '=', id)
    .where('force', '=', caller.iss)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such import of your force')
  return fromRow(row)
}

interface Row {
  id: string
  force: string
  source: string
  file_hash: Uint8Array
  kind: string
  proposed_by: string
  state: string
  counts: unknown
}

function fromRow(row: Row): Batch {
  const { rows, why, prefix } = countsOf(row.counts)
  return {
    id: row.id,
    force: row.force,
    source: row.source,
    fileHash: new Uint8Array(row.file_hash),
    kind: row.kind === 'delta' ? 'delta' : 'full',
    proposedBy: row.proposed_by,
    state: row.state === 'approved' ? 'approved' : 'open',
    rows,
    why,
    prefix,
  }
}

function countsOf(value: unknown) {
  return value as { readonly rows: number; readonly why: number; readonly prefix: string }
}

/** What the second officer sees before anything else. */
export interface BatchSummary {
  readonly batch: Batch
  /** Cases by state. */
  readonly cases: Readonly<Record<string, number>>
  readonly refused: readonly { readonly row: number; readonly code: string }[]
  readonly refusedCount: number
  /** Locked devices and numbers now, and the share that the approval would add. */
  readonly entries: number
  readonly share: number
}

const MAX_REFUSED_SHOWN = 100
/** Above this share of all entries an approval needs a reason. */
const MASS_CHANGE = 0.01

/** @throws {Refusal} forbidden, not-found */
export async function batchSummary(
  context: Context,
  caller: Caller,
  id: string,
): Promise<BatchSummary> {
  const { db } = context
  const batch = await batchById(context, caller, id)
  const states = await db
    .selectFrom('cases')
    .select(['state', (e) => e.fn.countAll<bigint>().as('n')])
    .where('batch_id', '=', id)
    .groupBy('state')
    .execute()
  const cases = Object.fromEntries(states.map(({ state, n }) => [state, Number(n)]))
  const refused = await db
    .selectFrom('batch_rows_refused')
    .select(['row_no', 'code'])
    .where('batch_id', '=', id)
    .orderBy('row_no')
    .execute()
  const locked = await db
    .selectFrom('cases')
    .select((e) => e.fn.countAll<bigint>().as('n'))
    .where('state', '=', 'locked')
    .executeTakeFirstOrThrow()
  const entries = Number(locked.n)
  const share = (cases['proposed'] ?? 0) / Math.max(1, entries)
  return {
    batch,
    cases,
    refused: refused
      .slice(0, MAX_REFUSED_SHOWN)
      .map(({ row_no, code }) => ({ row: Number(row_no), code })),
    refusedCount: refused.length,
    entries,
    share,
  }
}

/**
 * The second officer's word for the list as a whole; the signatures follow case by case.
 * @throws {Refusal} same-officer, import-mass-change: a large share, and no reason given
 */
export async function approveBatch(
  context: Context,
  caller: Caller,
  id: string,
  reason: string | null,
): Promise<Batch> {
  const { batch, share } = await batchSummary(context, caller, id)
  demand(batch.proposedBy !== caller.sub, 'same-officer', 'the officer who imported cannot approve')
  demand(
    share <= MASS_CHANGE || reason !== null,
    'import-mass-change',
    `would add ${Math.round(share * 100)} % to all entries`,
  )
  await inTransaction(context.db, async (trx) => {
    const row = await trx
      .selectFrom('batches')
      .select('counts')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const counts = JSON.stringify({ ...countsOf(row.counts), approvedBy: caller.sub, reason })
    await trx
      .updateTable('batches')
      .set({ state: 'approved', counts })
      .where('id', '=', id)
      .execute()
  })
  await audit(context, caller, 'batch.approve', {})
  return batchById(context, caller, id)
}

/** Drafts one page carries: what one signing request takes. */
const DRAFTS_PAGE = 500

export interface DraftsPage {
  readonly items: readonly {
    readonly id: string
    readonly payload: Uint8Array
    readonly opening: Uint8Array
  }[]
  readonly next: string | null
}

/** Drafts of an import that the importing officer has signed and nobody has approved yet. */
export async function batchDrafts(
  context: Context,
  caller: Caller,
  id: string,
  after: string | null,
): Promise<DraftsPage> {
  await batchById(context, caller, id)
  let query = context.db
    .selectFrom('drafts')
    .innerJoin('cases', 'cases.id', 'drafts.case_id')
    .select(['drafts.id', 'drafts.payload', 'drafts.opening'])
    .where('cases.batch_id', '=', id)
    .where('drafts.state', '=', 'collecting')
    .orderBy('drafts.id')
    .limit(DRAFTS_PAGE)
  if (after !== null) query = query.where('drafts.id', '>', after)
  const rows = await query.execute()
  const items = rows.map((row) => ({
    id: row.id,
    payload: new Uint8Array(row.payload),
    opening: new Uint8Array(row.opening),
  }))
  return { items, next: rows.length < DRAFTS_PAGE ? null : (items.at(-1)?.id ?? null) }
}
