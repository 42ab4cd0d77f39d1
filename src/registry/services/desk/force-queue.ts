import { sql } from 'kysely'
import { toBase64 } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { draftOf, type Draft } from '../drafts.ts'

const MOST = 50

/** Of the order's own slots, or of what officers signed beside a release. */
const OFFICERS = sql<unknown>`coalesce(corrections.signatures, drafts.signatures)`
const hasSigned = (position: 1 | 2) =>
  sql<boolean>`jsonb_exists(${OFFICERS}, ${sql.lit(String(position))})`

/**
 * What waits for a force's key: a lock or a correction that two officers have signed, a `found` or a return on the
 * word of one; with what shows that they have.
 */
export interface ForceDraft extends Draft {
  /** COSE_Signature by position: an order's own slots, or of a correction what two officers signed beside it. */
  readonly signatures: Readonly<Record<string, string>>
  /** Of a return: an officer's COSE_Signature, base64, which is no slot of it. */
  readonly voucher: string | null
}

/** What waits for a force's own key, oldest first; lists are approved as a whole and elsewhere. @throws {Refusal} forbidden */
export async function forceQueue({ db }: Context, caller: Caller): Promise<readonly ForceDraft[]> {
  demandRole(caller, 'force')
  const rows = await db
    .selectFrom('drafts')
    .innerJoin('cases', 'cases.id', 'drafts.case_id')
    .leftJoin('corrections', 'corrections.draft_id', 'drafts.id')
    .leftJoin('release_vouchers', 'release_vouchers.draft_id', 'drafts.id')
    .selectAll('drafts')
    .select([OFFICERS.as('officers'), 'release_vouchers.slot as voucher'])
    .where('cases.force', '=', caller.sub)
    .where('cases.batch_id', 'is', null)
    .where('drafts.state', '=', 'collecting')
    .where((is) => {
      const isOfTwo = is.or([
        is('drafts.act', '=', 'lock'),
        is('corrections.draft_id', 'is not', null),
      ])
      return is.or([
        is.and([isOfTwo, hasSigned(1), hasSigned(2)]),
        is.and([is('drafts.act', '=', 'found'), hasSigned(1)]),
        is.and([
          is('release_vouchers.slot', 'is not', null),
          is('corrections.draft_id', 'is', null),
        ]),
      ])
    })
    .where(sql<boolean>`not jsonb_exists(drafts.signatures, '0')`)
    .orderBy('drafts.at_ms')
    .limit(MOST)
    .execute()
  return rows.map((row) => ({
    ...draftOf(row),
    signatures: row.officers as Record<string, string>,
    voucher: row.voucher === null ? null : toBase64(new Uint8Array(row.voucher)),
  }))
}
