import { randomUUID } from 'node:crypto'
import { OWNER_PROOFS, RELEASED_TO, demand, lapse, saltedHash, type Act } from '../../core/index.ts'
import type { Selectable } from 'kysely'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { compose, composing, type ActContent, type Composed } from '../model/compose.ts'
import { ordersOf, stateLogged, type KnownOrder } from '../model/orders.ts'
import { recordedKeys } from '../model/recorded-keys.ts'
import { subjectById } from '../model/subjects.ts'
import { caseById, type Case } from './cases.ts'
import { demandItsInsurer } from './claims.ts'
import { WHY_CLONE } from './clone-cases.ts'
import { demandHeard } from './disputes.ts'

/** An order that waits for its signatures. */
export interface Draft {
  readonly id: string
  readonly act: Act
  readonly payload: Uint8Array
  readonly opening: Uint8Array
}

/** What an officer adds to the case when an order is drafted. */
export type Wanted =
  | { readonly act: 'lock' }
  | { readonly act: 'found'; readonly exhibit: string; readonly country: string }
  | { readonly act: 'release'; readonly to: keyof typeof RELEASED_TO }
  | { readonly act: 'retire'; readonly why: number }

/** Drafts the next order of a case. @throws {Refusal} forbidden, not-found, wrong-state, owner-key, holder-not-heard */
export async function draftOrder(
  context: Context,
  caller: Caller,
  caseId: string,
  wanted: Wanted,
): Promise<Draft> {
  demandRole(caller, 'officer')
  const found = await caseById(context, caller, caseId)
  demand(
    found.state !== 'withdrawn' && found.state !== 'refused',
    'case-closed',
    'the case is closed',
  )
  demand(found.why !== WHY_CLONE, 'wrong-state', 'no crime is named here: open a case for one')
  const subject = await subjectById(context.db, found.subjectId)
  const orders = (await ordersOf(context.db, [subject.id])).get(subject.id) ?? []
  const now = Math.floor(context.sequencer.now() / 1000)
  const exhibitSalt = context.surroundings.random(32)
  const content = await contentOf(context, found, wanted, { orders, now, exhibitSalt })
  const keys = await recordedKeys(context, orders)
  const composed = compose(content, subject, orders, now, composing(context, keys))
  const id = await keepDraft(context, composed, {
    subjectId: subject.id,
    caseId,
    proposedBy: caller.sub,
  })
  if (wanted.act === 'found')
    await keepRecovery(context, found, wanted, { draftId: id, exhibitSalt })
  await audit(context, caller, `draft.${wanted.act}`, { caseId, subjectId: subject.id })
  return { id, act: wanted.act, payload: composed.payload, opening: composed.opening }
}

/** Keeps a composed order until its signers have signed. */
export async function keepDraft(
  { db, surroundings }: Context,
  composed: Composed,
  about: {
    readonly subjectId: string
    readonly caseId: string | null
    readonly proposedBy: string | null
  },
): Promise<string> {
  const id = randomUUID()
  await db
    .insertInto('drafts')
    .values({
      id,
      case_id: about.caseId,
      act: composed.order.act,
      subject_id: about.subjectId,
      payload: composed.payload,
      opening: composed.opening,
      owner_salt: composed.ownerSalt,
      signatures: '{}',
      proposed_by: about.proposedBy,
      state: 'collecting',
      at_ms: surroundings.clock(),
      log_index: null,
    })
    .execute()
  return id
}

/** The orders of a case that still lack signatures, oldest first. @throws {Refusal} forbidden, not-found */
export async function draftsOfCase(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<readonly Draft[]> {
  const found = await caseById(context, caller, caseId)
  const rows = await context.db
    .selectFrom('drafts')
    .selectAll()
    .where('case_id', '=', caseId)
    .where('state', '=', 'collecting')
    .orderBy('at_ms')
    .execute()
  await audit(context, caller, 'draft.view', { caseId, subjectId: found.subjectId })
  return rows.map(draftOf)
}

/** A draft as its signers see it. */
export function draftOf(row: Selectable<Schema['drafts']>): Draft {
  return {
    id: row.id,
    act: row.act as Act,
    payload: new Uint8Array(row.payload),
    opening: new Uint8Array(row.opening),
  }
}

async function contentOf(
  context: Context,
  found: Case,
  wanted: Wanted,
  at: {
    readonly orders: readonly KnownOrder[]
    readonly now: number
    readonly exhibitSalt: Uint8Array
  },
): Promise<ActContent> {
  const reference = saltedHash(found.salt, found.crimeReference)
  switch (wanted.act) {
    case 'lock':
      await demandHeard(context, found)
      return {
        act: 'lock',
        auth: found.force,
        case: reference,
        own: await ownersWord(context, found),
        why: found.why,
      }
    case 'found': {
      const cus = saltedHash(at.exhibitSalt, wanted.exhibit)
      return { act: 'found', auth: found.force, case: reference, cus, cc: wanted.country }
    }
    case 'release': {
      const { outstanding } = lapse(stateLogged(at.orders, context.sequencer.ledger), at.now)
      demand(
        outstanding?.act === 'lock',
        'wrong-state',
        "police release locks; a hold is its owner's to withdraw",
      )
      await demandItsInsurer(context, {
        subjectId: found.subjectId,
        to: wanted.to,
        of: outstanding.index,
        orders: at.orders,
      })
      return { act: 'release', auth: found.force, case: reference, to: RELEASED_TO[wanted.to] }
    }
    case 'retire':
      return { act: 'retire', auth: found.force, case: reference, why: wanted.why }
  }
}

/** How the owner spoke: by the report or the request of the case, else to the officer in person. */
async function ownersWord({ db }: Context, found: Case): Promise<NonNullable<ActContent['own']>> {
  if (found.reportId === null) {
    const asked = await db
      .selectFrom('requests')
      .select(['own', 'reference'])
      .where('case_id', '=', found.id)
      .executeTakeFirst()
    return asked?.own
      ? [asked.own, saltedHash(found.salt, `request ${asked.reference}`)]
      : ['in-person', saltedHash(found.salt, `case ${found.id}`)]
  }
  const report = await db
    .selectFrom('reports')
    .selectAll()
    .where('id', '=', found.reportId)
    .executeTakeFirstOrThrow()
  const proof = OWNER_PROOFS.find((known) => known === report.proof)
  return [proof ?? 'card', saltedHash(found.salt, `report ${report.reference}`)]
}

/** Where the phone lies now: private, beside the public `found`. */
async function keepRecovery(
  { db, surroundings }: Context,
  found: Case,
  wanted: Extract<Wanted, { act: 'found' }>,
  made: { readonly draftId: string; readonly exhibitSalt: Uint8Array },
): Promise<void> {
  await db
    .insertInto('recoveries')
    .values({
      id: made.draftId,
      subject_id: found.subjectId,
      force: found.force,
      exhibit_salt: made.exhibitSalt,
      exhibit: wanted.exhibit,
      country: wanted.country,
      at_ms: surroundings.clock(),
    })
    .execute()
}
