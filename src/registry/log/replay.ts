import type { Kysely } from 'kysely'
import { Ledger, Refusal, equal, type VerifyEs256 } from '../../core/index.ts'
import { sha256Fast, type NoteSigner } from '../../host/index.ts'
import {
  EMPTY_EDGE,
  appendLeaves,
  edgeRoot,
  leafHash,
  type Checkpoint,
  type TileEdge,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { Fatal } from './fatal.ts'
import { checkErasedIdentities, checkIdentityRows } from './identity-rows.ts'
import { checkErased, checkOrderRows } from './order-rows.ts'

export interface ReplayDeps {
  readonly db: Kysely<Schema>
  readonly log: NoteSigner['key']
  readonly trust: Trust
}

/** Entries folded so far: what a later replay goes on from. */
export interface Known {
  readonly ledger: Ledger
  readonly edge: TileEdge
}

const PAGE = 1_000

/**
 * Folds the law from the database's entries, and proves that they, and the rows made of them, are
 * what was signed for. With `known` only what came after it is folded, and its ledger moves along.
 * @throws {Fatal}
 */
export async function replay(
  deps: ReplayDeps,
  checkpoint: Checkpoint,
  known: Known | null,
): Promise<Known> {
  try {
    return await fold(deps, checkpoint, known)
  } catch (error) {
    // The law was obeyed when these were signed: a rule that breaks now means other bytes.
    if (!(error instanceof Refusal)) throw error
    throw new Fatal(`${error.code}: ${error.message}`, error, 'row-disagrees-with-log')
  }
}

async function fold({ db, log, trust }: ReplayDeps, checkpoint: Checkpoint, known: Known | null) {
  // What our own checkpoint signs for was verified before it was signed: the root below binds it.
  let replaying = true
  const verify: VerifyEs256 = (...args) => replaying || trust.verify.es256(...args)
  const ledger = known?.ledger ?? new Ledger(trust.root, verify, log.name)
  let edge = known?.edge ?? EMPTY_EDGE
  demandFit(edge.size <= checkpoint.size, 'the log in the database has become shorter')
  while (edge.size < checkpoint.size) {
    const rows = await db
      .selectFrom('entries')
      .select(['index', 'leaf', 'oid'])
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
    await checkOrderRows(db, rows)
    await checkIdentityRows(db, rows)
  }
  demandFit(
    equal(edgeRoot(edge, sha256Fast), checkpoint.root),
    'the entries in the database are not those that were signed for',
  )
  replaying = false
  await demandNoStrays(db, log.name)
  if (known === null) {
    await checkErased(db, ledger)
    await checkErasedIdentities(db, ledger)
  }
  return { ledger, edge }
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
  if (!condition) throw new Fatal(message, undefined, 'row-disagrees-with-log')
}
