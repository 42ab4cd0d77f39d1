import type { Kysely } from 'kysely'
import { Ledger, Refusal, equal, type VerifyEs256 } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import {
  CompactRange,
  EMPTY_EDGE,
  TILE_WIDTH,
  decodeBundle,
  edgeRoot,
  leafHash,
  openCheckpoint,
  readEdge,
  wouldBeQuorum,
  type Checkpoint,
  type TileEdge,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import type { NoteSigner } from '../../host/index.ts'
import type { Cosigners } from './cosigners.ts'
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
 * From disk to memory, at start and after any doubt: finishes what a crash interrupted, then checks
 * every byte the next signature will rest on. @throws {Fatal} tiles, rows or checkpoint do not fit
 */
export async function recover(deps: RecoverDeps): Promise<Recovered> {
  const { db, store, log, trust } = deps
  const state = await loadState(db, log.key, trust.verify.ed25519)
  await checkPublishedFile(deps, state)
  if (state === null)
    return {
      state,
      edge: EMPTY_EDGE,
      partial: new Uint8Array(),
      ledger: new Ledger(trust.root, trust.verify.es256),
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
  const ledger = await replay(deps, checkpoint)
  return { state, edge, partial, ledger }
}

/** A database older than what was published must not sign: it is a restored backup. */
async function checkPublishedFile(
  { store, log, trust }: RecoverDeps,
  state: LogState | null,
): Promise<void> {
  const bytes = await store.readCheckpoint()
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
async function replay({ db, trust }: RecoverDeps, checkpoint: Checkpoint): Promise<Ledger> {
  // What our own checkpoint signs for was verified before it was signed: the root below binds it.
  let replaying = true
  const verify: VerifyEs256 = (...args) => replaying || trust.verify.es256(...args)
  const ledger = new Ledger(trust.root, verify)
  const range = new CompactRange(sha256Fast)
  while (ledger.size < checkpoint.size) {
    const rows = await db
      .selectFrom('entries')
      .select(['index', 'leaf'])
      .where('index', '>=', BigInt(ledger.size))
      .orderBy('index')
      .limit(PAGE)
      .execute()
    demandFit(rows.length > 0, 'entries are missing in the database')
    for (const row of rows) {
      const leaf = new Uint8Array(row.leaf)
      range.append(leafHash(leaf, sha256Fast))
      ledger.apply(Number(row.index), leaf)
    }
  }
  demandFit(
    range.size === checkpoint.size && equal(range.root(), checkpoint.root),
    'the entries in the database are not those that were signed for',
  )
  replaying = false
  return ledger
}

/**
 * Witnesses remember what our disk may have forgotten. @throws {Refusal} witness-floor: one has seen
 * more, or another log · unavailable: too few answered to know
 */
export async function checkWitnessFloor(
  cosigners: Cosigners,
  log: NoteSigner,
  trust: Trust,
  state: LogState | null,
): Promise<void> {
  const floors = await cosigners.floors(log.key)
  const size = state?.checkpoint.size ?? 0
  for (const [name, seen] of floors) {
    if (seen === null) continue
    const forked = seen.size === size && state !== null && !equal(seen.root, state.checkpoint.root)
    if (seen.size > size || forked)
      throw new Refusal(
        'witness-floor',
        `${name} has seen a log of ${seen.size} entries, ours has ${size}`,
      )
  }
  if (!wouldBeQuorum(trust.plain, floors.keys()))
    throw new Refusal('unavailable', 'too few witnesses answer to know whether the log may go on')
}

function demandFit(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Fatal(message)
}
