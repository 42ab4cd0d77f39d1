import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Caller } from '../../model/caller.ts'
import { answerRequest, type RequestAnswer } from '../requests/answer.ts'
import { isCrimeReference, takeCase } from './takings.ts'

/**
 * Takes a request up with the number that the officer obtained: from then on it is a case like others, and his for
 * half an hour. @throws {Refusal} case-needed, wrong-state: answered already · not-found, home-elsewhere
 */
export async function takeRequest(
  context: Context,
  caller: Caller,
  taken: { readonly id: string; readonly answer: Exclude<RequestAnswer, { reason: string }> },
): Promise<string> {
  const { crimeReference, caseId } = taken.answer
  demand(isCrimeReference(crimeReference), 'case-needed', 'a crime reference is needed first')
  await answerRequest(context, caller, taken)
  return takeCase(context, caller, caseId)
}
