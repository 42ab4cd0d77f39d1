import type { Kysely } from 'kysely'
import { Ledger, Refusal, equal } from '../../core/index.ts'
import { sha256Fast, type NoteSigner } from '../../host/index.ts'
import {
  EMPTY_EDGE,
  TILE_WIDTH,
  decodeBundle,
  edgeRoot,
  leafHash,
  openCheckpoint,
  readEdge,
  type Checkpoint,
  type Tile,
  type TileEdge,
  type VerifiedCheckpoint,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { continues } from './continues.ts'
import { Fatal } from './fatal.ts'
import { loadPublished, type Published } from './published.ts'
import { replay } from './replay.ts'
import { publishStaged } from './staging.ts'
import { loadStaging, loadState, type LogState } from './state.ts'
import type { TileStore } from './tile-store.ts'

/** Everything the sequencer grows the log from, all of it re-derived and verified. */
export interface Memory {
  readonly state: LogState | null
  readonly edge: TileEdge
  /** Bytes of the last, partial entry bundle; empty when the log ends on a tile's edge. */
  readonly partial: Uint8Array
  readonly ledger: Ledger
}

/** With it what readers have been given, which it continues. */
export interface Recovered extends Memory {
  readonly published: Published
}

export interface RecoverDeps {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  readonly log: NoteSigner
  readonly trust: Trust
}

/**
 * From disk to memory, at start, after any doubt, and when another process has signed on: finishes
 * what a crash interrupted, then checks every byte the next signature will rest on. With `known`
 * only what came after it is folded, and its ledger moves along: on an error, throw it away.
 * @throws {Fatal} tiles, rows or checkpoint do not fit
 */
export async function recover(deps: RecoverDeps, known: Memory | null): Promise<Recovered> {
  try {
    return await readAll(deps, known)
  } catch (error) {
    // On our own disk a broken rule is not somebody's mistake: something else was written there.
    if (error instanceof Refusal) throw new Fatal(`${error.code}: ${error.message}`, error)
    throw error
  }
}

async function readAll(deps: RecoverDeps, known: Memory | null): Promise<Recovered> {
  const { db, store, log, trust } = deps
  // In this order, for another process may sign and publish on while we read.
  const file = await store.readCheckpoint()
  const published = await loadPublished(db, log.key.name, [trust])
  const state = await loadState(db, log.key, trust.verify.ed25519)
  const readable = [checkPublishedFile(deps, file, state), published.newest?.checkpoint]
  if (state === null) {
    demandFit(known === null || known.state === null, 'the log has vanished from the database')
    const ledger = new Ledger(trust.root, trust.verify.es256, log.key.name)
    return { state, edge: EMPTY_EDGE, partial: new Uint8Array(), ledger, published }
  }
  const { checkpoint } = state
  const staging = await loadStaging(db, checkpoint)
  if (staging) await publishStaged(staging, store)
  const readTile = (tile: Tile) => store.readTile(tile)
  const edge = await readEdge(checkpoint.size, readTile)
  demandFit(
    equal(edgeRoot(edge, sha256Fast), checkpoint.root),
    'the right edge of the tiles does not give the signed root',
  )
  for (const one of readable)
    demandFit(
      !one || (await continues(one, checkpoint, readTile)),
      'a checkpoint that was published is of another log than the database',
    )
  const partial = await readPartial(checkpoint, edge, store)
  const { ledger } = await replay({ db, log: log.key, trust }, checkpoint, known)
  return { state, edge, partial, ledger, published }
}

/**
 * A database older than what was published must not sign: it is a restored backup, or a copy beside
 * the live one. @throws {Fatal} @throws {Refusal} it is not a checkpoint of this log
 */
export function checkPublishedFile(
  { log, trust }: Pick<RecoverDeps, 'log' | 'trust'>,
  file: Uint8Array | null,
  state: LogState | null,
): VerifiedCheckpoint | null {
  if (file === null) return null
  const published = openCheckpoint(file, [log.key], trust.verify.ed25519)
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
  return published
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

function demandFit(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Fatal(message)
}
