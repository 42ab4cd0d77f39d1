import { withCheckDigit, type Imei14 } from '../../core/index.ts'
import type { CloneAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Subject } from '../model/subjects.ts'
import { keysAttesting, numbersNamedBy, signalsOf } from '../services/clone-signals.ts'
import { isConflictOpen } from '../services/identities.ts'

type Answer = z.infer<typeof CloneAnswer>

/**
 * What a case shows of clones: each of its numbers that there is a sign of, with the next step; and each
 * that its device was found to wear besides.
 */
export async function cloneAnswers(
  context: Context,
  caseId: string,
  { ids }: Subject,
): Promise<Answer[]> {
  const named = ids.dak === null ? [] : await numbersNamedBy(context, ids.dak)
  const worn = named.filter((imei14) => !ids.imeis.includes(imei14))
  const answers = [
    ...(await Promise.all(ids.imeis.map((imei14) => answerOf(context, imei14, caseId)))),
    ...(await Promise.all(worn.map((imei14) => answerOf(context, imei14, null)))),
  ]
  return answers.filter((answer) => answer !== null)
}

/** @param caseId null: the case is not about this number, so no conflict is made of it here */
async function answerOf(
  context: Context,
  imei14: Imei14,
  caseId: string | null,
): Promise<Answer | null> {
  const signals = await signalsOf(context, imei14)
  if (signals.length === 0) return null
  const imei = withCheckDigit(imei14)
  return {
    imei,
    subscribers: Math.max(...signals.map(({ subscribers }) => subscribers)),
    keys: keysAttesting(signals),
    signals: signals.map(({ isSelfReported, first, last, places, ...signal }) => ({
      ...signal,
      selfReported: isSelfReported,
      first: time(first),
      last: time(last),
      places: places.map(({ at, ...place }) => ({ ...place, at: time(at) })),
    })),
    conflict: caseId !== null && (await isConflictOpen(context, imei14)) ? { caseId, imei } : null,
  }
}

const time = (ms: number) => new Date(ms).toISOString()
