import { demand, type Imei14 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { drawReference } from '../../model/cards.ts'
import { tell } from '../notices.ts'

/** Longest each may be. */
export const ASKED = { name: 60, operator: 60, happened: 200, reach: 100 } as const
const MIN_DIGITS = 6
const MAX_DIGITS = 15

/** What the owner of a phone that nobody enrolled tells an officer. */
export interface AskedOfPolice {
  /** Follows from the form: sent twice, it is one request. */
  readonly id: string
  readonly why: number
  readonly name: string
  readonly number: string
  readonly operator: string
  readonly happened: string
  readonly reach: string
  readonly imei: Imei14 | null
}

/** The digits of a telephone number (E.164: at most 15); null: it is none. */
export function phoneNumber(typed: string): string | null {
  const digits = typed
    .normalize('NFKC')
    .replace(/^\s*\+/, '')
    .replace(/[\s().-]/g, '')
  const isNumber =
    /^\d+$/.test(digits) && digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS
  return isNumber ? digits : null
}

/**
 * Leaves a request for an officer. It is no report: no order, no status, and a check of the number says what
 * it said before. Whoever owns a phone with this number learns that somebody asked.
 * @throws {Refusal} malformed, too-large
 */
export async function askPolice(context: Context, asked: AskedOfPolice): Promise<void> {
  const { db, surroundings } = context
  const { id, why, imei, number, ...texts } = asked
  const digits = phoneNumber(number)
  demand(digits !== null, 'malformed', 'expected a telephone number')
  for (const name of ['name', 'operator', 'happened', 'reach'] as const) {
    demand(texts[name].length <= ASKED[name], 'too-large', `a ${name} without end`)
    demand(!texts[name].includes('\u0000'), 'malformed', 'text holds no NUL')
  }
  await inTransaction(db, async (trx) => {
    const kept = await trx
      .insertInto('requests')
      .values({
        id,
        reference: drawReference(surroundings.random),
        at_ms: surroundings.clock(),
        why,
        number: digits,
        ...texts,
        imei14: imei,
        state: 'waiting',
        own: null,
        case_id: null,
        reason: null,
        answered_ms: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst()
    if (kept.numInsertedOrUpdatedRows !== 1n || imei === null) return
    const owned = await trx
      .selectFrom('device_imeis')
      .select('device_id')
      .where('imei14', '=', imei)
      .executeTakeFirst()
    if (owned === undefined) return
    const device = new Uint8Array(owned.device_id)
    await tell(context, trx, { device, what: 'police-asked', act: null, readyAt: null })
  })
}
