import { sql } from 'kysely'
import { chainOf, encodeDocument, toHex } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { slotsKept } from '../../model/gathered-slots.ts'
import { draftOf, type Draft } from '../drafts.ts'

const MOST = 50

/** A lock or a correction that two officers have signed and their force has not, with what shows that they have. */
export interface ForceDraft extends Draft {
  /** Of the two officers, COSE_Signature by 1 and 2: in a lock its slots, beside a release kept apart. */
  readonly signatures: Readonly<Record<string, string>>
}

export interface ForceQueue {
  readonly drafts: readonly ForceDraft[]
  /** Certificates of those who signed, issuers first. */
  readonly certificates: readonly Uint8Array[]
}

/** What waits for a force's own key, oldest first; lists are approved as a whole and elsewhere. @throws {Refusal} forbidden */
export async function forceQueue({ db, sequencer }: Context, caller: Caller): Promise<ForceQueue> {
  demandRole(caller, 'force')
  const rows = await db
    .selectFrom('drafts')
    .innerJoin('cases', 'cases.id', 'drafts.case_id')
    .leftJoin('corrections', 'corrections.draft_id', 'drafts.id')
    .selectAll('drafts')
    .select(sql<unknown>`coalesce(corrections.signatures, drafts.signatures)`.as('officers'))
    .where('cases.force', '=', caller.sub)
    .where('cases.batch_id', 'is', null)
    .where((is) =>
      is.or([is('drafts.act', '=', 'lock'), is('corrections.draft_id', 'is not', null)]),
    )
    .where('drafts.state', '=', 'collecting')
    .where(sql<boolean>`jsonb_exists(coalesce(corrections.signatures, drafts.signatures), '1')`)
    .where(sql<boolean>`jsonb_exists(coalesce(corrections.signatures, drafts.signatures), '2')`)
    .where(sql<boolean>`not jsonb_exists(drafts.signatures, '0')`)
    .orderBy('drafts.at_ms')
    .limit(MOST)
    .execute()
  const links = rows
    .flatMap(({ officers }) => [...slotsKept(officers).values()])
    .flatMap(({ kid }) => sequencer.ledger.authorities.ofKey(kid))
    .flatMap((link) => chainOf(link).toReversed())
  const certificates = new Map(links.map((link) => [toHex(link.kid) + link.cert.exp, link.cose]))
  return {
    drafts: rows.map((row) => ({
      ...draftOf(row),
      signatures: row.officers as Record<string, string>,
    })),
    certificates: [...certificates.values()].map(encodeDocument),
  }
}
