import { sql, type Transaction } from 'kysely'
import {
  RELEASED_TO,
  RULES,
  Refusal,
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  equal,
  kidOf,
  parseOrder,
  parseSlot,
  thumbprint,
  type Order,
  type PublicKey,
  type RefusalCode,
  type Role,
  type Slot,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import type { Submission } from '../log/submission.ts'
import { inOrder, slotsKept, slotsToKeep, verifyGathered } from '../model/gathered-slots.ts'
import { formerCard } from '../model/sales.ts'
import { forgetWill } from './returns/forget-will.ts'
import { closeReturn, keepFound } from './returns/found-return.ts'

/** One signature for one slot of one draft. */
export interface SlotSignature {
  readonly draftId: string
  /** Position in the act's signer list. */
  readonly slot: number
  /** COSE_Signature, as it will stand in the order. */
  readonly signature: Uint8Array
}

/** What became of a draft: still waiting for signatures, or logged. */
export type Signed =
  | { readonly state: 'collecting'; readonly missing: number }
  | { readonly state: 'logged'; readonly index: number }

interface DraftRow {
  readonly id: string
  readonly caseId: string | null
  readonly subjectId: string
  readonly order: Order
  readonly payload: Uint8Array
  readonly opening: Uint8Array
  readonly ownerSalt: Uint8Array | null
  readonly slots: Map<number, Slot>
  readonly loggedAt: number | null
  /** Withdrawn before it was complete. */
  readonly isVoid: boolean
  /** It came with a list that the second officer has not approved as a whole. */
  readonly awaitsBatch: boolean
}

const TYPE = 'application/stolen-order+cbor'
/** Drafts one request may sign. */
const MAX_SIGNED_AT_ONCE = 500

/**
 * Takes signatures, each on its own merit, and logs every draft that now has all of its slots. The
 * signature is the permission: nobody else needs to vouch for the caller. The answer for each draft,
 * or its refusal.
 * @throws {Refusal} not-found, too-large
 */
export async function addSignatures(
  context: Context,
  signatures: readonly SlotSignature[],
): Promise<ReadonlyMap<string, Signed | Refusal>> {
  demand(signatures.length <= MAX_SIGNED_AT_ONCE * 3, 'too-large', 'too many signatures at once')
  const ids = [...new Set(signatures.map(({ draftId }) => draftId))]
  const drafts = await loadDrafts(context, ids)
  const results = new Map<string, Signed | Refusal>()
  for (const { draftId, slot, signature } of signatures) {
    const draft = drafts.get(draftId)
    try {
      demand(draft !== undefined, 'not-found', 'no such draft')
      demand(!draft.isVoid, 'case-closed', 'the case was withdrawn')
      if (draft.loggedAt === null) takeSlot(context, draft, slot, signature)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      results.set(draftId, error)
    }
  }
  const good = [...drafts.values()].filter(({ id }) => !results.has(id))
  await saveSlots(
    context,
    good.filter(({ loggedAt }) => loggedAt === null),
  )
  // As they are now: another signer's slot may have come in at the same moment.
  const saved = await loadDrafts(
    context,
    good.map(({ id }) => id),
  )
  await Promise.all(
    [...saved.values()].map(async (draft) => results.set(draft.id, await finish(context, draft))),
  )
  return results
}

/**
 * Whether this signature would stand in its slot, and nothing kept of it. @throws {Refusal} not-found, and as it
 * would be added
 */
export async function tryOut(
  context: Context,
  { draftId, slot, signature }: SlotSignature,
): Promise<void> {
  const draft = (await loadDrafts(context, [draftId])).get(draftId)
  demand(draft !== undefined && !draft.isVoid, 'not-found', 'no such draft')
  checkSlot(context, draft, slot, parseSlot(decodeCbor(signature, 2048)))
}

/**
 * Those by which an owner signs what waits for him, each one that would stand in its slot: what more is asked of an
 * owner is nobody's to learn who has not his key. Nothing is kept of them.
 */
export async function standingOfOwners(
  context: Context,
  signatures: readonly SlotSignature[],
): Promise<readonly SlotSignature[]> {
  const drafts = await loadDrafts(context, [...new Set(signatures.map(({ draftId }) => draftId))])
  return signatures.filter(({ draftId, slot, signature }) => {
    const draft = drafts.get(draftId)
    if (draft === undefined || RULES[draft.order.act].slots[slot] !== 'owner') return false
    try {
      checkSlot(context, draft, slot, parseSlot(decodeCbor(signature, 2048)))
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return false
    }
  })
}

function takeSlot(context: Context, draft: DraftRow, position: number, bytes: Uint8Array): void {
  const slot = parseSlot(decodeCbor(bytes, 2048))
  checkSlot(context, draft, position, slot)
  draft.slots.set(position, slot)
}

/** A slot is checked when it comes in, so that whoever signed hears at once what is wrong. */
function checkSlot(context: Context, draft: DraftRow, position: number, slot: Slot): void {
  const { sequencer, trust } = context
  const signer = RULES[draft.order.act].slots[position]
  demand(signer !== undefined, 'signer-set', `${draft.order.act} has no slot ${position}`)
  let key: PublicKey | undefined
  let role: Role | 'owner' = 'owner'
  if (signer === 'owner') {
    key = draft.order.okey?.key
    demand(
      key !== undefined && equal(kidOf(key), slot.kid),
      'owner-key',
      "not signed by the owner's key",
    )
  } else {
    const { cert } = sequencer.ledger.authorities.signer(
      slot.kid,
      sequencer.now(),
      sequencer.ledger.size,
    )
    demand(signer.roles.includes(cert.role), 'signer-set', `${cert.role} does not sign here`)
    demand(cert.use !== 'issue', 'signer-set', "a force's issuing key signs no orders")
    demand(
      cert.scope.acts.includes(draft.order.act),
      'scope',
      `not certified to ${draft.order.act}`,
    )
    // Else anybody certified could put his signature in the place of one that belongs there.
    const acts = cert.role === 'officer' ? cert.iss : cert.sub
    demand(acts === draft.order.auth, 'signer-set', 'the order names another authority')
    if (cert.role === 'officer') checkOtherOfficer(context, draft, position, cert.sub)
    role = cert.role
    key = cert.key
  }
  const gathering = { contentType: TYPE, payload: draft.payload } as const
  verifyGathered(gathering, slot, { key, role }, trust)
}

/** Two officers means two people. @throws {Refusal} same-officer */
function checkOtherOfficer(context: Context, draft: DraftRow, position: number, sub: string): void {
  const { sequencer } = context
  for (const [other, slot] of draft.slots) {
    if (other === position || RULES[draft.order.act].slots[other] === 'owner') continue
    const { cert } = sequencer.ledger.authorities.signer(
      slot.kid,
      sequencer.now(),
      sequencer.ledger.size,
    )
    demand(cert.sub !== sub, 'same-officer', 'the officer who proposed cannot approve')
  }
}

async function finish(context: Context, draft: DraftRow): Promise<Signed | Refusal> {
  if (draft.loggedAt !== null) return { state: 'logged', index: draft.loggedAt }
  if (draft.isVoid) return new Refusal('case-closed', 'the draft was withdrawn')
  const wanted = RULES[draft.order.act].slots.length
  if (draft.slots.size < wanted) return { state: 'collecting', missing: wanted - draft.slots.size }
  if (draft.awaitsBatch)
    return new Refusal('import-mass-change', 'the list has to be approved as a whole first')
  try {
    const { index } = await context.sequencer.submit(submissionOf(context, draft))
    return { state: 'logged', index }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (STALE.includes(error.code)) await dropDraft(context, draft)
    return error
  }
}

/** The device or the clock has moved on: this payload can never be logged, the case can be drafted anew. */
const STALE: readonly RefusalCode[] = ['wrong-state', 'replay', 'of-mismatch', 'window']

async function dropDraft({ db }: Context, draft: DraftRow): Promise<void> {
  await db.updateTable('drafts').set({ state: 'void' }).where('id', '=', draft.id).execute()
  if (draft.caseId)
    await db
      .updateTable('cases')
      .set({ state: 'open' })
      .where('id', '=', draft.caseId)
      .where('state', '=', 'proposed')
      .execute()
}

function submissionOf(context: Context, draft: DraftRow): Submission {
  const slots = inOrder(draft.slots)
  const { okey, act, auth: force } = draft.order
  const { subjectId, caseId } = draft
  return {
    kind: 'order',
    body: { contentType: TYPE, payload: draft.payload, slots },
    order: {
      subjectId: draft.subjectId,
      opening: draft.opening,
      ownerSalt: draft.ownerSalt,
      caseId: draft.caseId,
      draftId: draft.id,
    },
    alongside: async (trx, { index, t }) => {
      // Whose key released the phone owns it from now on: a recorded key becomes the device's.
      if (okey) await keepOwner(trx, draft, okey.key)
      if (act === 'found') await keepFound(context, trx, { subjectId, caseId, force, index, t })
      if (act === 'release' || act === 'retire') await closeReturn(trx, { subjectId, t })
      if (act === 'release') await closeReport(trx, { of: draft.order.of, t })
    },
  }
}

/** Whose owner took it back waits for nobody at the desk. */
async function closeReport(
  trx: Transaction<Schema>,
  { of = -1, t }: { readonly of: number | undefined; readonly t: number },
): Promise<void> {
  await trx
    .updateTable('reports')
    .set({ decided_ms: t })
    .where('hold_index', '=', BigInt(of))
    .where('decided_ms', 'is', null)
    .execute()
}

/**
 * The card goes with the key: who sold the phone and has it back has his own again, and whose title has
 * passed has none.
 */
async function keepOwner(
  trx: Transaction<Schema>,
  { subjectId, order }: DraftRow,
  key: PublicKey,
): Promise<void> {
  const subject = await trx
    .selectFrom('subjects')
    .select('device_id')
    .where('id', '=', subjectId)
    .executeTakeFirst()
  if (!subject?.device_id) return
  const device = subject.device_id
  const owner = thumbprint(key)
  const before = await trx
    .selectFrom('devices')
    .select(['owner_thumbprint', 'card_hash'])
    .where('id', '=', device)
    .executeTakeFirstOrThrow()
  const isSame = before.owner_thumbprint !== null && equal(before.owner_thumbprint, owner)
  const own = isSame ? null : await formerCard(trx, device, owner)
  if (!isSame) await forgetWill(trx, device)
  const hasPassed = order.to === RELEASED_TO.titlePassed && !isSame
  await trx
    .updateTable('devices')
    .set({
      owner_thumbprint: owner,
      owner_key: encodeCbor(coseKey(key)),
      card_hash: own ?? (hasPassed ? null : before.card_hash),
    })
    .where('id', '=', device)
    .execute()
}

async function loadDrafts({ db }: Context, ids: readonly string[]): Promise<Map<string, DraftRow>> {
  const rows =
    ids.length === 0
      ? []
      : await db
          .selectFrom('drafts')
          .leftJoin('cases', 'cases.id', 'drafts.case_id')
          .leftJoin('batches', 'batches.id', 'cases.batch_id')
          .selectAll('drafts')
          .select('batches.state as batch_state')
          .where('drafts.id', 'in', ids)
          .execute()
  return new Map(
    rows.map((row) => {
      const payload = new Uint8Array(row.payload)
      const draft: DraftRow = {
        id: row.id,
        caseId: row.case_id,
        subjectId: row.subject_id,
        order: parseOrder(payload),
        payload,
        opening: new Uint8Array(row.opening),
        ownerSalt: row.owner_salt && new Uint8Array(row.owner_salt),
        slots: slotsKept(row.signatures),
        loggedAt: row.log_index === null ? null : Number(row.log_index),
        isVoid: row.state === 'void',
        awaitsBatch: row.batch_state !== null && row.batch_state !== 'approved',
      }
      return [row.id, draft] as const
    }),
  )
}

/** Adds the new slots to what others may have added meanwhile. */
async function saveSlots({ db }: Context, drafts: readonly DraftRow[]): Promise<void> {
  if (drafts.length === 0) return
  const values = sql.join(
    drafts.map(({ id, slots }) => sql`(${id}::uuid, ${slotsToKeep(slots)}::jsonb)`),
  )
  await sql`update drafts set signatures = drafts.signatures || v.signatures
    from (values ${values}) as v(id, signatures)
    where drafts.id = v.id and drafts.state = 'collecting'`.execute(db)
  const proposed = drafts.flatMap(({ caseId, order }) =>
    caseId && order.act === 'lock' ? [caseId] : [],
  )
  if (proposed.length > 0)
    await db
      .updateTable('cases')
      .set({ state: 'proposed' })
      .where('id', 'in', proposed)
      .where('state', '=', 'open')
      .execute()
}
