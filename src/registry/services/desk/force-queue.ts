import { sql } from 'kysely'
import {
  chainOf,
  decodeCbor,
  encodeDocument,
  parseSlot,
  toBase64,
  toHex,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import { slotsKept } from '../../model/gathered-slots.ts'
import { draftOf, type Draft } from '../drafts.ts'

const MOST = 50

const hasSlot = (slot: number) =>
  sql<boolean>`jsonb_exists(drafts.signatures, ${sql.lit(String(slot))})`

/**
 * What waits for a force's key: a lock that two officers have signed, a `found` or a release on the word of one;
 * with what shows that they have.
 */
export interface ForceDraft extends Draft {
  /** COSE_Signature by slot, as kept. */
  readonly signatures: Readonly<Record<string, string>>
  /** Of a release: an officer's COSE_Signature, base64, which is no slot of it. */
  readonly voucher: string | null
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
    .leftJoin('release_vouchers', 'release_vouchers.draft_id', 'drafts.id')
    .selectAll('drafts')
    .select('release_vouchers.slot as voucher')
    .where('cases.force', '=', caller.sub)
    .where('cases.batch_id', 'is', null)
    .where('drafts.state', '=', 'collecting')
    .where((eb) =>
      eb.or([
        eb.and([eb('drafts.act', '=', 'lock'), hasSlot(1), hasSlot(2)]),
        eb.and([eb('drafts.act', '=', 'found'), hasSlot(1)]),
        eb.and([eb('drafts.act', '=', 'release'), eb('release_vouchers.slot', 'is not', null)]),
      ]),
    )
    .where(sql<boolean>`not jsonb_exists(drafts.signatures, '0')`)
    .orderBy('drafts.at_ms')
    .limit(MOST)
    .execute()
  const links = rows
    .flatMap(({ signatures, voucher }) => [
      ...slotsKept(signatures).values(),
      ...(voucher === null ? [] : [parseSlot(decodeCbor(new Uint8Array(voucher), 2048))]),
    ])
    .flatMap(({ kid }) => sequencer.ledger.authorities.ofKey(kid))
    .flatMap((link) => chainOf(link).toReversed())
  const certificates = new Map(links.map((link) => [toHex(link.kid) + link.cert.exp, link.cose]))
  return {
    drafts: rows.map((row) => ({
      ...draftOf(row),
      signatures: row.signatures as Record<string, string>,
      voucher: row.voucher === null ? null : toBase64(new Uint8Array(row.voucher)),
    })),
    certificates: [...certificates.values()].map(encodeDocument),
  }
}
