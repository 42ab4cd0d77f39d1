import type { Kysely } from 'kysely'
import { Ledger, Refusal, equal, type VerifyEs256 } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import {
  EMPTY_EDGE,
  TILE_WIDTH,
  appendLeaves,
  decodeBundle,
  edgeRoot,
  leafHash,
  openCheckpoint,
  readEdge,
  type Checkpoint,
  type TileEdge,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import type { NoteSigner } from '../../host/index.ts'
import { Fatal } from './fatal.ts'
import { publishStaged } from './staging.ts'
import { loadStaging, loadState, type LogState } from './state.ts'
import type { TileStore } from './tile-store.ts'

/** Everything the sequencer holds in memory, all of it re-derived and verified. */
export interface Recovered {
  readonly state: LogState | null
  readonly edge: TileEdge
  /** Bytes of the last, partial entry bundle; empty when the log ends on a tile's edge. */
  readonly partial: Uint8Array
  readonly ledger: Ledger
}

export interface RecoverDeps {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  readonly log: NoteSigner
  readonly trust: Trust
}

const PAGE = 1_000

/**
 * From disk to memory, at start, after any doubt, and when another process has signed on: finishes
 * what a crash interrupted, then checks every byte the next signature will rest on. With `known`
 * only what came after it is folded, and its ledger moves along: on an error, throw it away.
 * @throws {Fatal} tiles, rows or checkpoint do not fit
 */
export async function recover(deps: RecoverDeps, known: Recovered | null): Promise<Recovered> {
  try {
    return await readAll(deps, known)
  } catch (error) {
    // On our own disk a broken rule is not somebody's mistake: something else was written there.
    if (error instanceof Refusal) throw new Fatal(`${error.code}: ${error.message}`, error)
    throw error
  }
}

async function readAll(deps: RecoverDeps, known: Recovered | null): Promise<Recovered> {
  const { db, store, log, trust } = deps
  // The file first: another process may sign and publish on while we read.
  const published = await store.readCheckpoint()
  const state = await loadState(db, log.key, trust.verify.ed25519)
  checkPublishedFile(deps, published, state)
  if (state === null) {
    demandFit(known === null || known.state === null, 'the log has vanished from the database')
    const ledger = new Ledger(trust.root, trust.verify.es256)
    return { state, edge: EMPTY_EDGE, partial: new Uint8Array(), ledger }
  }
  const { checkpoint } = state
  const staging = await loadStaging(db, checkpoint)
  if (staging) await publishStaged(staging, store)
  const edge = await readEdge(checkpoint.size, (tile) => store.readTile(tile))
  demandFit(
    equal(edgeRoot(edge, sha256Fast), checkpoint.root),
    'the right edge of the tiles does not give the signed root',
  )
  const partial = await readPartial(checkpoint, edge, store)
  return { state, edge, partial, ledger: await replay(deps, checkpoint, known) }
}

/** A database older than what was published must not sign: it is a restored backup. */
function checkPublishedFile(
  { log, trust }: RecoverDeps,
  bytes: Uint8Array | null,
  state: LogState | null,
): void {
  if (bytes === null) return
  const published = openCheckpoint(bytes, [log.key], trust.verify.ed25519)
  const size = state?.checkpoint.size ?? 0
  demandFit(
    published.size <= size,
    'the published checkpoint is newer than the database: a restored backup?',
  )
  if (state && published.size === size)
    demandFit(
      equal(published.root, state.checkpoint.root),
      'the published checkpoint has another root than the database',
    )
}

async function readPartial(
  checkpoint: Checkpoint,
  edge: TileEdge,
  store: TileStore,
): Promise<Uint8Array> {
  const width = checkpoint.size % TILE_WIDTH
  if (width === 0) return new Uint8Array()
  const index = Math.floor(checkpoint.size / TILE_WIDTH)
  const bytes = await store.readTile({ level: 'entries', index, width })
  const leaves = decodeBundle(bytes, width).map((entry) => leafHash(entry, sha256Fast))
  const hashes = edge.levels[0] ?? new Uint8Array()
  for (const [i, leaf] of leaves.entries())
    demandFit(
      equal(leaf, hashes.subarray(i * 32, (i + 1) * 32)),
      'an entry of the last bundle does not hash to its leaf',
    )
  return bytes
}

/** Folds the law from the database's entries, and proves that they are the ones signed for. */
async function replay(
  { db, log, trust }: RecoverDeps,
  checkpoint: Checkpoint,
  known: Recovered | null,
): Promise<Ledger> {
  // What our own checkpoint signs for was verified before it was signed: the root below binds it.
  let replaying = true
  const verify: VerifyEs256 = (...args) => replaying || trust.verify.es256(...args)
  const ledger = known?.ledger ?? new Ledger(trust.root, verify)
  let edge = known?.edge ?? EMPTY_EDGE
  demandFit(edge.size <= checkpoint.size, 'the log in the database has become shorter')
  while (edge.size < checkpoint.size) {
    const rows = await db
      .selectFrom('entries')
      .select(['index', 'leaf'])
      .where('index', '>=', BigInt(edge.size))
      .where('index', '<', BigInt(checkpoint.size))
      .orderBy('index')
      .limit(PAGE)
      .execute()
    demandFit(rows.length > 0, 'entries are missing in the database')
    const entries = rows.map(({ leaf }) => new Uint8Array(leaf))
    const leaves = entries.map((entry) => leafHash(entry, sha256Fast))
    edge = appendLeaves(edge, leaves, sha256Fast).edge
    for (const [i, row] of rows.entries()) ledger.apply(Number(row.index), entries[i]!)
  }
  demandFit(
    equal(edgeRoot(edge, sha256Fast), checkpoint.root),
    'the entries in the database are not those that were signed for',
  )
  replaying = false
  await demandNoStrays(db, log.key.name)
  return ledger
}

/** Rows beyond the signed size would collide with every entry to come. */
async function demandNoStrays(db: Kysely<Schema>, origin: string): Promise<void> {
  // One statement, one moment: between two, another process could sign on.
  const stray = await db
    .selectFrom('log_state')
    .innerJoin('entries', (join) => join.onRef('entries.index', '>=', 'log_state.size'))
    .select('entries.index')
    .where('log_state.origin', '=', origin)
    .limit(1)
    .executeTakeFirst()
  demandFit(stray === undefined, 'the database holds entries that nobody has signed for')
}

function demandFit(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Fatal(message)
}
