import type { Kysely } from 'kysely'
import { Refusal, equal } from '../../core/index.ts'
import { sha256Fast, type Logger } from '../../host/index.ts'
import {
  auditLog,
  readTileFrom,
  type Audit,
  type NoteKey,
  type VerifiedCheckpoint,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { continues } from './continues.ts'
import { Cosigners } from './cosigners.ts'
import { Fatal } from './fatal.ts'
import { replay } from './replay.ts'
import { loadState, type LogState } from './state.ts'

/** A log to be checked from outside, and what it is compared with. */
export interface Fsck {
  readonly log: NoteKey
  readonly trust: Trust
  readonly read: Audit['read']
  readonly partials?: NonNullable<Audit['partials']>
  /** Null: what is published is compared with the witnesses only. */
  readonly db: Kysely<Schema> | null
  readonly logger: Logger
  readonly progress?: NonNullable<Audit['progress']>
}

export interface FsckReport {
  readonly published: VerifiedCheckpoint
  readonly cosigners: readonly string[]
  /** Entries the database holds, signed for but perhaps not published yet. */
  readonly databaseSize: number | null
  /** What each cosigner says it saw last: null nothing; one that does not answer is not named. */
  readonly seen: ReadonlyMap<string, number | null>
}

/**
 * The auditor's work, and then the same log compared in all places that hold it: every published
 * entry, tile and line; every row of the database; the last checkpoint of every cosigner. Changes
 * nothing, and shares with the sequencer only what reads.
 * @throws {Refusal} as `auditLog`; row-disagrees-with-log; witness-floor
 */
export async function fsck(check: Fsck): Promise<FsckReport> {
  const { log, trust, read, partials, db, logger, progress } = check
  const { checkpoint: published, quorum } = await auditLog({
    policy: trust.plain,
    verify: trust.verify.ed25519,
    sha256: sha256Fast,
    read,
    ...(partials && { partials }),
    ...(progress && { progress }),
  })
  const state = db && (await checkDatabase(db, check, published))
  const readTile = readTileFrom(read)
  const floors = await new Cosigners(trust, readTile, logger).floors(log)
  for (const [name, seen] of floors)
    if (seen !== null && !isSame(seen, state) && !(await continues(seen, published, readTile)))
      throw new Refusal('witness-floor', `${name} has seen a log that the published one is not`)
  return {
    published,
    cosigners: quorum.cosigners.map(({ name }) => name),
    databaseSize: state?.checkpoint.size ?? null,
    seen: new Map([...floors].map(([name, seen]) => [name, seen?.size ?? null])),
  }
}

/** The rows give the published root, and go on from there to what was signed last. */
async function checkDatabase(
  db: Kysely<Schema>,
  { log, trust }: Fsck,
  published: VerifiedCheckpoint,
): Promise<LogState> {
  try {
    const state = await loadState(db, log, trust.verify.ed25519)
    if (state === null) throw new Fatal('the database holds no log')
    const known = await replay({ db, log, trust }, published, null)
    await replay({ db, log, trust }, state.checkpoint, known)
    return state
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    throw new Refusal('row-disagrees-with-log', error.message)
  }
}

/** Cosigned and not yet published: a moment of every turn, or where a process died. */
function isSame(seen: VerifiedCheckpoint, state: LogState | null): boolean {
  return state?.checkpoint.size === seen.size && equal(state.checkpoint.root, seen.root)
}
