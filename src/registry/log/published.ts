import type { Kysely } from 'kysely'
import type { Frontiers } from '../../core/index.ts'
import {
  checkQuorum,
  logKeys,
  openCheckpoint,
  type Policy,
  type VerifiedCheckpoint,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'

/** A published checkpoint as it was signed and cosigned. */
export interface PublishedNote {
  readonly note: string
  readonly checkpoint: VerifiedCheckpoint
}

/** What readers have been given so far. */
export interface Published {
  readonly newest: PublishedNote | null
  /** The newest with the quorum that locks need. */
  readonly guarded: PublishedNote | null
  /** The newest with the quorum that releases need. */
  readonly plain: PublishedNote | null
}

export const NOTHING_PUBLISHED: Published = { newest: null, guarded: null, plain: null }

export function frontiersOf({ guarded, plain }: Published): Frontiers {
  return { guarded: guarded?.checkpoint.size ?? 0, plain: plain?.checkpoint.size ?? 0 }
}

/** Takes a newly cosigned note in: each frontier moves only with its own quorum. */
export function withNote(before: Published, note: string, trust: Trust): Published {
  const checkpoint = openCheckpoint(note, logKeys(trust.plain), trust.verify.ed25519)
  const newest = { note, checkpoint }
  const reached = (policy: Policy) => hasQuorum(checkpoint, policy, trust)
  return {
    newest,
    guarded: reached(trust.guarded) ? newest : before.guarded,
    plain: reached(trust.plain) ? newest : before.plain,
  }
}

function hasQuorum(checkpoint: VerifiedCheckpoint, policy: Policy, trust: Trust): boolean {
  try {
    checkQuorum(checkpoint, policy, trust.verify.ed25519)
    return true
  } catch {
    return false
  }
}

/** What was published before this process started. */
export async function loadPublished(
  db: Kysely<Schema>,
  origin: string,
  trust: Trust,
): Promise<Published> {
  const row = await db
    .selectFrom('published')
    .selectAll()
    .where('origin', '=', origin)
    .executeTakeFirst()
  if (!row) return NOTHING_PUBLISHED
  const older =
    row.guarded_note === null
      ? NOTHING_PUBLISHED
      : withNote(NOTHING_PUBLISHED, row.guarded_note, trust)
  return withNote(older, row.note, trust)
}

export async function savePublished(
  db: Kysely<Schema>,
  origin: string,
  published: Published,
): Promise<void> {
  if (!published.newest) return
  const row = { note: published.newest.note, guarded_note: published.guarded?.note ?? null }
  await db
    .insertInto('published')
    .values({ origin, ...row })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet(row))
    .execute()
}
