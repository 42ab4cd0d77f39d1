import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '../../context.ts'
import type { AccountKind } from '../../db/people-tables.ts'

/** Nobody did anything for so long: whoever sits there now may be somebody else. */
const IDLE_MS: Readonly<Record<AccountKind, number>> = { owner: 30 * 60_000, officer: 15 * 60_000 }
const LONGEST_MS = 12 * 3_600_000
/** How exact "seen" is: a row is not written for every page. */
const SEEN_EVERY_MS = 60_000
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Somebody who is signed in. Roles come from here and from certificates, never from a request. */
export interface Session {
  readonly id: Uint8Array
  readonly account: string
  readonly kind: AccountKind
  readonly name: string
  /** Credential it was opened with; null: not by a passkey. */
  readonly credential: string | null
  /** Unix ms, if nothing more is done. */
  readonly endsAt: number
  /** Stands in every form of this session: another site cannot know it. */
  readonly csrf: string
}

const idOf = (token: string) => new Uint8Array(createHash('sha256').update(token).digest())

const csrfOf = ({ keys }: Context, id: Uint8Array) =>
  createHmac('sha256', keys.secret).update('csrf').update(id).digest('base64url')

/** A new session and its token, 32 random bytes in base64url. Whatever session there was before is another one. */
export async function openSession(
  context: Context,
  account: string,
  credential: string | null = null,
): Promise<{ readonly token: string; readonly csrf: string }> {
  const { db, surroundings } = context
  const token = Buffer.from(surroundings.random(32)).toString('base64url')
  const id = idOf(token)
  const now = surroundings.clock()
  await db
    .insertInto('sessions')
    .values({ id, account_id: account, at_ms: now, seen_ms: now, credential })
    .execute()
  return { token, csrf: csrfOf(context, id) }
}

export type SessionFound = { readonly session: Session } | { readonly ended: boolean }

/** Whose token this is. `ended`: it was somebody's, who has to sign in again. */
export async function findSession(context: Context, token: string): Promise<SessionFound> {
  if (!TOKEN.test(token)) return { ended: false }
  const { db, surroundings } = context
  const id = idOf(token)
  const row = await db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select(['accounts.id as account', 'accounts.kind', 'accounts.name'])
    .select(['sessions.at_ms', 'sessions.seen_ms', 'sessions.credential'])
    .where('sessions.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return { ended: true }
  const now = surroundings.clock()
  const seen = Number(row.seen_ms)
  const endsAt = Math.min(now + IDLE_MS[row.kind], Number(row.at_ms) + LONGEST_MS)
  if (now > seen + IDLE_MS[row.kind] + SEEN_EVERY_MS || now > Number(row.at_ms) + LONGEST_MS) {
    await db.deleteFrom('sessions').where('id', '=', id).execute()
    return { ended: true }
  }
  if (now - seen > SEEN_EVERY_MS)
    await db.updateTable('sessions').set({ seen_ms: now }).where('id', '=', id).execute()
  const { account, kind, name, credential } = row
  return { session: { id, account, kind, name, credential, endsAt, csrf: csrfOf(context, id) } }
}

/** Whether it was not ended since: of somebody who is shown a page that goes on changing, which is no act of his. */
export async function isSessionOpen(
  { db, surroundings }: Context,
  { id, endsAt }: Session,
): Promise<boolean> {
  if (surroundings.clock() > endsAt) return false
  const row = await db.selectFrom('sessions').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}

export function isCsrf({ csrf }: Session, said: string): boolean {
  const [ours, theirs] = [Buffer.from(csrf), Buffer.from(said)]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

export async function endSession({ db }: Context, { id }: Session): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute()
}

/** Forgets who went away without a word. */
export async function forgetSessions({ db, surroundings }: Context): Promise<void> {
  const now = surroundings.clock()
  await db
    .deleteFrom('sessions')
    .where((is) =>
      is.or([
        is('seen_ms', '<', BigInt(now - LONGEST_MS)),
        is('at_ms', '<', BigInt(now - LONGEST_MS)),
      ]),
    )
    .execute()
}
