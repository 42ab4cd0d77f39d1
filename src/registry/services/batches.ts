import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { demand, toHex } from '../../core/index.ts'
import type { Context } from '../context.ts'
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
  /** Open while rows are taken; complete when all of them were. */
  readonly state: 'open' | 'complete' | 'approved'
  /** Usable rows, each number once, as the importing officer counted them. */
  readonly rows: number
  /** Rows that could not be used. */
  readonly setAside: number
  readonly why: number
  readonly prefix: string
  readonly shrinkReason: string | null
  /** What earlier lists held and this full list does not; null before it is settled. */
  readonly missing: Missing | null
}

/** What earlier lists of the force held and a new full list does not. */
export interface Missing {
  readonly withdrawn: number
  readonly standing: readonly string[]
  readonly standingCount: number
}

export interface NewBatch {
  readonly source: string
  readonly fileHash: Uint8Array
  readonly kind: 'full' | 'delta'
  readonly rows: number
  readonly setAside: number
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
        setAside: wanted.setAside,
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
    // What nobody finished reading says nothing about how long a list is.
    .where('state', '!=', 'open')
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
  const { rows, setAside, why, prefix, shrinkReason, missing } = countsOf(row.counts)
  return {
    id: row.id,
    force: row.force,
    source: row.source,
    fileHash: new Uint8Array(row.file_hash),
    kind: row.kind === 'delta' ? 'delta' : 'full',
    proposedBy: row.proposed_by,
    state: row.state === 'approved' || row.state === 'complete' ? row.state : 'open',
    rows,
    setAside,
    why,
    prefix,
    shrinkReason,
    missing: missing ?? null,
  }
}

function countsOf(value: unknown) {
  return value as Pick<Batch, 'rows' | 'setAside' | 'why' | 'prefix' | 'shrinkReason'> & {
    readonly missing?: Missing | null
  }
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
  const aside = db
    .selectFrom('batch_rows')
    .where('batch_id', '=', id)
    .where('result', '=', 'refused')
  const refused = await aside
    .select(['row_no', 'code'])
    .orderBy('row_no')
    .limit(MAX_REFUSED_SHOWN)
    .execute()
  const all = await aside.select((e) => e.fn.countAll<bigint>().as('n')).executeTakeFirstOrThrow()
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
    refused: refused.map(({ row_no, code }) => ({ row: Number(row_no), code: code ?? '' })),
    refusedCount: Number(all.n),
    entries,
    share,
  }
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
    .where('drafts.act', '=', 'lock')
    .where('drafts.state', '=', 'collecting')
    .where(sql<boolean>`drafts.signatures -> '1' is not null`)
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
