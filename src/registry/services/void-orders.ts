import { isWithin } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { composeVoidRelease, composing } from '../model/compose.ts'
import { ordersOf, type KnownOrder } from '../model/orders.ts'
import { recordedKeys } from '../model/recorded-keys.ts'
import { subjectById } from '../model/subjects.ts'
import { keepDraft, type Draft } from './drafts.ts'

/** A lock that became void, and the release that tells phones so. */
export interface VoidLock {
  readonly index: number
  /** Null where nobody holds the owner key behind it: an owner-key record comes first. */
  readonly release: Draft | null
}

const PAGE = 500

/**
 * After a distrust record: drafts a release in error for every lock below this authority that became
 * void and is not undone yet. Phones that never obeyed it refuse it and lose nothing; the owner's key
 * completes each. @throws {Refusal} forbidden
 */
export async function undoVoidLocks(context: Context, caller: Caller): Promise<VoidLock[]> {
  demandRole(caller, 'national')
  const { db, sequencer } = context
  const { ledger } = sequencer
  const done: VoidLock[] = []
  for (let after = -1n; ;) {
    const rows = await db
      .selectFrom('orders')
      .select(['log_index', 'subject_id'])
      .where('act', '=', 'lock')
      .where('log_index', '>', after)
      .orderBy('log_index')
      .limit(PAGE)
      .execute()
    for (const { log_index: index, subject_id: subjectId } of rows) {
      const standing = ledger.standing(Number(index))
      if (!standing?.booked.isVoid || standing.isClosed) continue
      if (!isWithin(standing.outstanding.auth, caller.sub)) continue
      const orders = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
      const lock = orders.find((order) => order.index === Number(index))
      if (lock) done.push(await undo(context, caller, subjectId, lock, orders))
    }
    after = rows.at(-1)?.log_index ?? after
    if (rows.length < PAGE) return done
  }
}

async function undo(
  context: Context,
  caller: Caller,
  subjectId: string,
  lock: KnownOrder,
  orders: readonly KnownOrder[],
): Promise<VoidLock> {
  const subject = await subjectById(context.db, subjectId)
  const recorded = await recordedKeys(context, orders)
  const isOpenable = recorded.some(({ of }) => of === lock.index) || lock.ownerSalt !== null
  if (!isOpenable || subject.owner === null) return { index: lock.index, release: null }
  const now = Math.floor(context.sequencer.now() / 1000)
  const using = composing(context, recorded)
  const composed = composeVoidRelease(lock, subject, orders, caller.sub, now, using)
  const about = { subjectId, caseId: null, proposedBy: caller.sub }
  const id = await keepDraft(context, composed, about)
  await audit(context, caller, 'draft.release', { subjectId })
  const { payload, opening } = composed
  return { index: lock.index, release: { id, act: 'release', payload, opening } }
}
