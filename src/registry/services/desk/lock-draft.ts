import { parseOrder, type Outstanding, type Slot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { slotsKept } from '../../model/gathered-slots.ts'

/** Slots of a lock. */
export const PROPOSER = 1
export const APPROVER = 2

/** A lock that waits in a case, and which officers have signed it. */
export interface LockDraft {
  readonly id: string
  readonly payload: Uint8Array
  readonly slots: ReadonlyMap<number, Slot>
  readonly proposer: string | null
  readonly approver: string | null
}

/** The lock that gathers signatures in a case; null where none does. */
export async function lockDraftOf(context: Context, caseId: string): Promise<LockDraft | null> {
  const row = await context.db
    .selectFrom('drafts')
    .select(['id', 'payload', 'signatures'])
    .where('case_id', '=', caseId)
    .where('act', '=', 'lock')
    .where('state', '=', 'collecting')
    .orderBy('at_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  const slots = slotsKept(row.signatures)
  const signer = (position: number) => {
    const slot = slots.get(position)
    const links = slot === undefined ? [] : context.sequencer.ledger.authorities.ofKey(slot.kid)
    return links.at(-1)?.cert.sub ?? null
  }
  return {
    id: row.id,
    payload: new Uint8Array(row.payload),
    slots,
    proposer: signer(PROPOSER),
    approver: signer(APPROVER),
  }
}

/** Whether a lock continues another hold than the one in force: the log would refuse it. */
export function isOver({ payload }: LockDraft, inForce: Outstanding | null): boolean {
  const { of } = parseOrder(payload)
  return of !== undefined && of !== inForce?.index
}
