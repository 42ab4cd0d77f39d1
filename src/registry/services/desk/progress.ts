import type { Context } from '../../context.ts'
import { caseById, lookAtCase, type Case } from '../cases.ts'
import type { Officer } from '../people/officers.ts'
import { networksTold, type NetworksTold } from '../registers.ts'
import { capReached, type CapReached } from './cap-now.ts'
import { LOCK_SLOTS } from './decisions.ts'
import { lockDraftOf } from './lock-draft.ts'
import { phoneNow, type PhoneNow } from './phone-now.ts'

/** How far the lock of a case has come. */
export interface Progress {
  readonly case: Case
  readonly device: PhoneNow
  readonly officers: number
  /** Whether their force's own key has signed. */
  readonly hasForce: boolean
  /** All have signed, and the log has not taken it. */
  readonly isComplete: boolean
  /** What the log would say now to an order that is not logged yet. */
  readonly cap: CapReached | null
  readonly leaf: number | null
  readonly isWitnessed: boolean
  readonly networks: NetworksTold
}

/** Without the evidence, and so for any officer of the force: but recorded. @throws {Refusal} not-found */
export async function progressOf(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Progress> {
  await lookAtCase(context, officer, caseId)
  return progressAgain(context, officer, caseId)
}

const FORCE = 0

/** The same for whoever goes on looking at the page where it stands: one look, recorded once. @throws {Refusal} not-found */
export async function progressAgain(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Progress> {
  const found = await caseById(context, officer, caseId)
  const { logged, device } = await phoneNow(context, found.subjectId)
  const lock = logged.findLast((one) => one.caseId === caseId && one.order.act === 'lock')
  const draft = await lockDraftOf(context, caseId)
  const leaf = lock?.index ?? null
  const guarded = context.sequencer.published.guarded?.checkpoint.size ?? 0
  const signed = [draft?.proposer, draft?.approver].filter((one) => typeof one === 'string').length
  return {
    case: found,
    device,
    officers: leaf === null ? signed : 2,
    hasForce: leaf !== null || draft?.slots.has(FORCE) === true,
    isComplete: draft?.slots.size === LOCK_SLOTS,
    cap: draft === null ? null : capReached(context, officer),
    leaf,
    isWitnessed: leaf !== null && guarded > leaf,
    networks: await networksTold(context, leaf),
  }
}
