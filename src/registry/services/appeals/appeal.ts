import { createHmac } from 'node:crypto'
import { demand, lapse, stateInForce, type Asked } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { AppealState } from '../../db/appeal-tables.ts'
import { frontiersOf } from '../../log/published.ts'
import { cardHash, drawCard, drawReference } from '../../model/cards.ts'
import { ordersOf } from '../../model/orders.ts'
import { subjectIdsOfPhone } from '../../model/subjects.ts'
import { forceOf } from '../returns/threats.ts'
import { secondForce } from './second-force.ts'

/** So long a force has to answer, from the appeal. */
const APPEAL_MS = 14 * 86_400_000
/** Longest each may be. */
export const APPEAL = { statement: 2_000, reach: 100 } as const

const secretHash = ({ keys }: Context, secret: string) => cardHash(keys.secret, `appeal ${secret}`)

/** Ten characters that follow from the form: sent twice, it shows the same once more, and we keep its hash alone. */
function secretOf({ keys }: Context, id: string): string {
  const hmac = createHmac('sha256', keys.secret).update(`appeal secret ${id}`).digest()
  return drawCard((length) => new Uint8Array(hmac.subarray(0, length)))
}

/**
 * Takes an appeal of whoever holds a held or locked phone, for the force that blocked it. It unblocks nothing.
 * @param said.id follows from the form @throws {Refusal} wrong-state: nothing is reported; malformed, too-large
 */
export async function appeal(
  context: Context,
  said: {
    readonly id: string
    readonly about: Asked
    readonly statement: string
    readonly reach: string
  },
): Promise<{ readonly reference: string; readonly secret: string }> {
  const { db, sequencer, surroundings } = context
  const { id, statement, reach } = said
  demand(statement !== '' && !`${statement}${reach}`.includes('\u0000'), 'malformed', 'no NUL')
  const fits = statement.length <= APPEAL.statement && reach.length <= APPEAL.reach
  demand(fits, 'too-large', 'a statement without end')
  const blocked = await blockedBy(context, said.about)
  demand(blocked !== null, 'wrong-state', 'nothing is reported about this number')
  const secret = secretOf(context, id)
  const at = sequencer.now()
  await db
    .insertInto('appeals')
    .values({
      id,
      reference: drawReference(surroundings.random),
      round: 1,
      secret_hash: secretHash(context, secret),
      subject_id: blocked.subjectId,
      of_index: blocked.index,
      force: forceOf(context, blocked.auth),
      statement,
      reach,
      at_ms: at,
      deadline_ms: at + APPEAL_MS,
      heard_ms: null,
      state: 'waiting',
      reason: null,
      officer: null,
      decided_ms: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const { reference } = await db
    .selectFrom('appeals')
    .select('reference')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { reference, secret }
}

/** The hold or lock in force about a phone; null: none. */
async function blockedBy({ db, sequencer }: Context, about: Asked) {
  const orders = await ordersOf(db, await subjectIdsOfPhone(db, about))
  const now = Math.floor(sequencer.now() / 1000)
  for (const [subjectId, list] of orders) {
    const state = stateInForce(list, frontiersOf(sequencer.published), sequencer.ledger)
    const { outstanding } = lapse(state, now)
    if (outstanding !== null) return { subjectId, index: outstanding.index, auth: outstanding.auth }
  }
  return null
}

/** One force's part of an appeal. Times in ms. */
export interface AppealRound {
  readonly force: string
  readonly at: number
  readonly deadline: number
  readonly state: AppealState
  readonly decidedAt: number | null
  readonly reason: string | null
}

/** An appeal as its holder reads it: nothing of an owner, and no officer's name. */
export interface AppealNow {
  readonly reference: string
  readonly rounds: readonly AppealRound[]
  /** Who else may be asked after a refusal: a force; or only who stands above, where no other is in the log. */
  readonly next: { readonly force: string } | { readonly above: string } | null
}

/** @throws {Refusal} not-found: no appeal has this number and this code */
export async function appealFollowed(
  context: Context,
  asked: { readonly reference: string; readonly secret: string },
): Promise<string> {
  const row = await context.db
    .selectFrom('appeals')
    .select('id')
    .where('reference', '=', asked.reference)
    .where('secret_hash', '=', secretHash(context, asked.secret))
    .where('round', '=', 1n)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no appeal with this number and code')
  return row.id
}

/** @throws {Refusal} not-found */
export async function appealNow(context: Context, id: string): Promise<AppealNow> {
  const rows = await roundsOf(context, id)
  const last = rows.at(-1)
  demand(last !== undefined, 'not-found', 'no such appeal')
  // Not once the holder's side is forgotten: a second force would read an empty page.
  const mayGoOn = last.state === 'refused' && rows.length === 1 && last.statement !== ''
  return {
    reference: last.reference,
    rounds: rows.map((row) => ({
      force: row.force,
      at: Number(row.at_ms),
      deadline: Number(row.deadline_ms),
      state: row.state,
      decidedAt: row.decided_ms === null ? null : Number(row.decided_ms),
      reason: row.reason,
    })),
    next: mayGoOn ? secondForce(context, last.force) : null,
  }
}

/** Asks a second force, once. @param id of the appeal @throws {Refusal} not-found; wrong-state: not refused, asked already, or nobody to ask */
export async function appealAgain(context: Context, id: string, newId: string): Promise<void> {
  const { db, sequencer } = context
  const { next } = await appealNow(context, id)
  demand(next !== null && 'force' in next, 'wrong-state', 'there is nobody else to ask')
  const [first] = await roundsOf(context, id)
  const at = sequencer.now()
  await db
    .insertInto('appeals')
    .values({
      ...first!,
      id: newId,
      round: 2,
      force: next.force,
      at_ms: at,
      deadline_ms: at + APPEAL_MS,
      heard_ms: null,
      state: 'waiting',
      reason: null,
      officer: null,
      decided_ms: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function roundsOf({ db }: Context, id: string) {
  return db
    .selectFrom('appeals')
    .selectAll()
    .where('reference', '=', db.selectFrom('appeals').select('reference').where('id', '=', id))
    .orderBy('round')
    .execute()
}
