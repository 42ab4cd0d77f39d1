import { timingSafeEqual } from 'node:crypto'
import { Refusal, demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { cardHash, drawCard } from '../../model/cards.ts'
import { openReturn } from './found-return.ts'

/** Wrong codes in a day, of one return: 50 bits are guessed no faster. */
const MOST_WRONG = 10
const DAY = 86_400_000

/** As it is kept; never one of a recovery card. */
const codeHash = ({ keys }: Context, code: string) => cardHash(keys.secret, `return ${code}`)

/**
 * A new code for the label of a found phone, shown once: whoever types it has the label before him. An earlier
 * label is void. @throws {Refusal} wrong-state: police do not have it, or its owner has said no way yet
 */
export async function drawReturnCode(context: Context, subjectId: string): Promise<string> {
  const { db, surroundings } = context
  const { found_index, way } = await openReturn(context, subjectId)
  demand(way !== null, 'wrong-state', 'its owner has not said how it comes back')
  const code = drawCard(surroundings.random)
  await db
    .updateTable('returns')
    .set({
      code_hash: codeHash(context, code),
      printed_ms: surroundings.clock(),
      used_ms: null,
      wrong_tries: 0,
    })
    .where('found_index', '=', found_index)
    .where('released_ms', 'is', null)
    .execute()
  return code
}

/**
 * Uses the code of a phone's label, once. Where no label was printed there is nothing to say.
 * @throws {Refusal} return-code, return-code-used, rate-limited
 */
export async function useReturnCode(
  context: Context,
  said: { readonly subjectId: string; readonly code: string },
): Promise<void> {
  const { db, surroundings } = context
  const row = await codeSaid(context, said)
  if (row === null) return
  const used = await db
    .updateTable('returns')
    .set({ used_ms: surroundings.clock() })
    .where('found_index', '=', row.found_index)
    .where('used_ms', 'is', null)
    .executeTakeFirst()
  demand(used.numUpdatedRows === 1n, 'return-code-used', 'this code was used before')
}

/** Whether the code is right, and nothing is used. @throws as above */
export async function codeSaid(
  context: Context,
  { subjectId, code }: { readonly subjectId: string; readonly code: string },
) {
  const { db, surroundings } = context
  const row = await db
    .selectFrom('returns')
    .selectAll()
    .where('subject_id', '=', subjectId)
    .orderBy('found_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.code_hash === null) return null
  const now = surroundings.clock()
  const isLater = Number(row.wrong_ms) + DAY < now
  if (!isLater && Number(row.wrong_tries) >= MOST_WRONG)
    throw new Refusal('rate-limited', 'too many wrong codes', {
      retryAfterSeconds: Math.ceil((Number(row.wrong_ms) + DAY - now) / 1000),
    })
  if (!timingSafeEqual(codeHash(context, code), row.code_hash)) {
    await db
      .updateTable('returns')
      .set((eb) => ({
        wrong_tries: isLater ? 1 : eb('wrong_tries', '+', 1n),
        wrong_ms: isLater ? now : row.wrong_ms,
      }))
      .where('found_index', '=', row.found_index)
      .execute()
    throw new Refusal('return-code', 'not the code of the label')
  }
  demand(row.used_ms === null, 'return-code-used', 'this code was used before')
  return row
}

/** The signature was not taken: the code counts again. */
export async function unuseReturnCode({ db }: Context, subjectId: string): Promise<void> {
  await db
    .updateTable('returns')
    .set({ used_ms: null })
    .where('subject_id', '=', subjectId)
    .where('released_ms', 'is', null)
    .execute()
}
