import type { Kysely } from 'kysely'
import type { Frontiers } from '../../core/index.ts'
import {
  checkQuorum,
  formatNote,
  logKeys,
  openCheckpoint,
  parseNote,
  type NoteSignature,
  type Policy,
  type Quorum,
  type VerifiedCheckpoint,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import type { Schema } from '../db/tables.ts'
import { Fatal } from './fatal.ts'
import type { LogState } from './state.ts'
import type { TileStore } from './tile-store.ts'

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
  /** What time that quorum has said it is, Unix seconds: it never runs back. 0 where it never spoke. */
  readonly cosignedSeconds: number
}

interface PublishedNow extends Published {
  readonly newest: PublishedNote
}

export const NOTHING_PUBLISHED: Published = {
  newest: null,
  guarded: null,
  plain: null,
  cosignedSeconds: 0,
}

export function frontiersOf({ guarded, plain }: Published): Frontiers {
  return { guarded: guarded?.checkpoint.size ?? 0, plain: plain?.checkpoint.size ?? 0 }
}

/**
 * Takes a cosigned note in: each frontier moves only with its own quorum, of the newest root document
 * when the note is new, of any that has been in force when it is read back.
 */
function withNote(before: Published, note: string, trusts: readonly Trust[]): PublishedNow {
  const [{ plain, verify }] = trusts as [Trust]
  const checkpoint = openCheckpoint(note, logKeys(plain), verify.ed25519)
  const newest = { note, checkpoint }
  const reached = (which: 'guarded' | 'plain') =>
    trusts.flatMap((trust) => quorumOf(checkpoint, trust[which], trust) ?? []).at(0)
  const quorum = reached('plain')
  return {
    newest,
    guarded: reached('guarded') ? newest : before.guarded,
    plain: quorum ? newest : before.plain,
    cosignedSeconds: Math.max(before.cosignedSeconds, quorum?.timeSeconds ?? 0),
  }
}

/** Null: too few cosigned. */
function quorumOf(checkpoint: VerifiedCheckpoint, policy: Policy, trust: Trust): Quorum | null {
  try {
    return checkQuorum(checkpoint, policy, trust.verify.ed25519)
  } catch {
    return null
  }
}

/** The same notes, once it is known which root documents have been in force. */
export function underTrusts(published: Published, trusts: readonly Trust[]): Published {
  const { guarded, plain, newest } = published
  return withNotes([guarded?.note, plain?.note, newest?.note], trusts)
}

function withNotes(
  notes: readonly (string | null | undefined)[],
  trusts: readonly Trust[],
): Published {
  // The guarded quorum contains the plain one: no older note comes after a newer one.
  return notes.reduce<Published>(
    (before, note) => (note ? withNote(before, note, trusts) : before),
    NOTHING_PUBLISHED,
  )
}

/** What this database says was published. @throws {Fatal} notes that our key did not sign */
export async function loadPublished(
  db: Kysely<Schema>,
  origin: string,
  trusts: readonly Trust[],
): Promise<Published> {
  const row = await db
    .selectFrom('published')
    .selectAll()
    .where('origin', '=', origin)
    .executeTakeFirst()
  if (!row) return NOTHING_PUBLISHED
  try {
    return withNotes([row.guarded_note, row.plain_note, row.note], trusts)
  } catch (error) {
    throw new Fatal('what is kept as published was never signed', error)
  }
}

/** The notes signed and published last, by whichever process; null where there is none. */
export async function newestNotes(
  db: Kysely<Schema>,
  origin: string,
): Promise<{ readonly signed: string | null; readonly published: string | null }> {
  const row = await db
    .selectFrom('log_state')
    .leftJoin('published', 'published.origin', 'log_state.origin')
    .select(['log_state.note as signed', 'published.note as published'])
    .where('log_state.origin', '=', origin)
    .executeTakeFirst()
  return row ?? { signed: null, published: null }
}

/**
 * Publishes a note of the newest checkpoint. The row of the log's state is locked meanwhile, so that
 * no process signs on: what readers are given never goes back, and no line once given is lost.
 * @throws {Fatal} another process has signed on already
 */
export async function publishNote(
  { db, store, trusts }: PublishDeps,
  state: LogState,
  note: string,
  known: Published,
): Promise<Published> {
  const { origin } = state.checkpoint
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      const signed = await trx
        .selectFrom('log_state')
        .select('note')
        .where('origin', '=', origin)
        .forUpdate()
        .executeTakeFirst()
      if (signed?.note !== state.note) throw new Fatal('another process has signed on')
      const stored = (await newestNotes(trx, origin)).published
      const before =
        stored === (known.newest?.note ?? null) ? known : await loadPublished(trx, origin, trusts)
      const published = withNote(before, withLinesOf(note, before.newest), trusts.slice(-1))
      await savePublished(trx, origin, published)
      await store.writeCheckpoint(published.newest.note)
      return published
    })
}

interface PublishDeps {
  readonly db: Kysely<Schema>
  readonly store: TileStore
  /** Under each root document that has been in force, the newest last. */
  readonly trusts: readonly Trust[]
}

/** A cosigner that is silent this time has still signed the time before. */
function withLinesOf(note: string, earlier: PublishedNote | null): string {
  if (earlier === null) return note
  const { text, signatures } = parseNote(note)
  const before = parseNote(earlier.note)
  if (before.text !== text) return note
  const isThere = (line: NoteSignature) =>
    signatures.some(({ name, id }) => name === line.name && id === line.id)
  const kept = before.signatures.filter((line) => !isThere(line))
  return formatNote({ text, signatures: [...signatures, ...kept] })
}

async function savePublished(
  db: Kysely<Schema>,
  origin: string,
  { newest, guarded, plain }: PublishedNow,
): Promise<void> {
  const row = {
    note: newest.note,
    guarded_note: guarded?.note ?? null,
    plain_note: plain?.note ?? null,
  }
  await db
    .insertInto('published')
    .values({ origin, ...row })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet(row))
    .execute()
}
