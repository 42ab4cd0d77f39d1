import { demand, type Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { openCase } from '../cases.ts'

/** Why a request is refused at the desk: its owner reads the sentence that stands for it. */
export const REQUEST_REFUSALS = ['no-crime', 'not-owners', 'no-answer', 'no-imei', 'twice'] as const
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number]

/** What an officer makes of a request. */
export type RequestAnswer =
  | { readonly reason: string }
  | {
      /** Of the case; follows from the officer's own request. */
      readonly caseId: string
      readonly crimeReference: string
      /** As the officer obtained it: from the operator, or from papers that he saw himself. */
      readonly imei: Imei14
      readonly own: 'operator' | 'in-person'
    }

/**
 * Takes a request up as a case, or refuses it with a reason that its owner reads. Of two officers one has it.
 * @throws {Refusal} forbidden, not-found, wrong-state: answered already · home-elsewhere
 */
export async function answerRequest(
  context: Context,
  caller: Caller,
  { id, answer }: { readonly id: string; readonly answer: RequestAnswer },
): Promise<{ readonly caseId: string | null }> {
  demandRole(caller, 'officer')
  const { db, surroundings } = context
  const row = await db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such request')
  const caseId = 'reason' in answer ? null : answer.caseId
  const isSameAgain = caseId !== null && row.case_id === caseId
  demand(row.state === 'waiting' || isSameAgain, 'wrong-state', 'somebody has answered it')
  const said =
    'reason' in answer
      ? { state: 'refused' as const, reason: answer.reason }
      : { state: 'taken' as const, own: answer.own, case_id: answer.caseId }
  // Before the case: who dies in between does the same again, and nobody else can.
  const taken = await db
    .updateTable('requests')
    .set({ ...said, answered_ms: surroundings.clock() })
    .where('id', '=', id)
    .where('state', '=', row.state)
    .executeTakeFirst()
  demand(taken.numUpdatedRows === 1n, 'wrong-state', 'somebody has answered it')
  const about = { requestId: id, ...(caseId !== null && { caseId }) }
  await audit(context, caller, `request.${said.state}`, about)
  if ('reason' in answer) return { caseId: null }
  const { crimeReference, imei } = answer
  const wanted = { id: answer.caseId, crimeReference, why: Number(row.why), about: { imei } }
  try {
    await openCase(context, caller, wanted)
  } catch (error) {
    await putBack(context, { id, caseId: answer.caseId })
    throw error
  }
  return { caseId: answer.caseId }
}

/** No case came of it: it waits again, for whoever. */
async function putBack(
  { db }: Context,
  { id, caseId }: { readonly id: string; readonly caseId: string },
): Promise<void> {
  await db
    .updateTable('requests')
    .set({ state: 'waiting', own: null, case_id: null, answered_ms: null })
    .where('id', '=', id)
    .where('case_id', '=', caseId)
    .execute()
}
