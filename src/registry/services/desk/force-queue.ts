import { sql } from 'kysely'
import { chainOf, encodeDocument, toHex } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { slotsKept } from '../../model/gathered-slots.ts'
import { draftOf, type Draft } from '../drafts.ts'

const MOST = 50

/** A lock that two officers have signed and their force has not, with what shows that they have. */
export interface ForceDraft extends Draft {
  /** COSE_Signature by slot, as kept. */
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
    .selectAll('drafts')
    .where('cases.force', '=', caller.sub)
    .where('cases.batch_id', 'is', null)
    .where('drafts.act', '=', 'lock')
    .where('drafts.state', '=', 'collecting')
    .where(sql<boolean>`jsonb_exists(drafts.signatures, '1')`)
    .where(sql<boolean>`jsonb_exists(drafts.signatures, '2')`)
    .where(sql<boolean>`not jsonb_exists(drafts.signatures, '0')`)
    .orderBy('drafts.at_ms')
    .limit(MOST)
    .execute()
  const links = rows
    .flatMap(({ signatures }) => [...slotsKept(signatures).values()])
    .flatMap(({ kid }) => sequencer.ledger.authorities.ofKey(kid))
    .flatMap((link) => chainOf(link).toReversed())
  const certificates = new Map(links.map((link) => [toHex(link.kid) + link.cert.exp, link.cose]))
  return {
    drafts: rows.map((row) => ({
      ...draftOf(row),
      signatures: row.signatures as Record<string, string>,
    })),
    certificates: [...certificates.values()].map(encodeDocument),
  }
}
