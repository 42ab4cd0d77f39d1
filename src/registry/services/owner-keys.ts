import { sql, type Selectable } from 'kysely'
import {
  OWNER_KEY_DELAY,
  OWNER_KEY_SLOTS,
  coseKey,
  decodeCbor,
  demand,
  deviceCommitment,
  encodeCbor,
  encodeSlot,
  equal,
  kidOf,
  lapse,
  ownerCommitment,
  ownerKeyPayload,
  parseCoseKey,
  parseOwnerKeyRecord,
  parseSlot,
  signSlot,
  type Basis,
  type CoseSign,
  type PublicKey,
  type Slot,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { audit } from '../model/audit.ts'
import type { Caller } from '../model/caller.ts'
import { inOrder, slotsKept, slotsToKeep, verifyGathered } from '../model/gathered-slots.ts'
import { intakeOver } from '../model/intakes.ts'
import { ordersOf, stateLogged } from '../model/orders.ts'
import { subjectById, type Subject } from '../model/subjects.ts'
import { caseById } from './cases.ts'
import { demandNoStranger } from './disputes.ts'
import { reportOfCard } from './reports.ts'

const TYPE = 'application/stolen-ownerkey+cbor'

/** A record that waits for its signatures, or stands in the log. */
export interface OwnerKeyDraft {
  readonly id: string
  readonly payload: Uint8Array
  readonly basis: Basis
  readonly signed: readonly number[]
  /** Its leaf once it is logged. */
  readonly index: number | null
}

type Row = Selectable<Schema['owner_key_drafts']>

/**
 * Drafts a new owner key for the phone of a case, on what officers have seen at their counter.
 * @throws {Refusal} forbidden, not-found, wrong-state, proof-too-weak: sold too long ago
 */
export async function draftOwnerKey(
  context: Context,
  caller: Caller,
  wanted: {
    readonly id: string
    readonly caseId: string
    readonly basis: Basis
    readonly key: PublicKey
  },
): Promise<OwnerKeyDraft> {
  const { subjectId } = await caseById(context, caller, wanted.caseId)
  const subject = await subjectById(context.db, subjectId)
  if (wanted.basis === 'counter') await demandNoStranger(context, subject, wanted.key)
  await audit(context, caller, `owner-key.${wanted.basis}`, { caseId: wanted.caseId, subjectId })
  return keepDraft(context, subject, { ...wanted, okey: null })
}

/**
 * The owner changes his key himself: card and old key. The intake signs at once; both keys still
 * have to. @throws {Refusal} not-found, wrong-state, owner-key
 */
export async function draftOwnKey(
  context: Context,
  wanted: {
    readonly id: string
    readonly reference: string
    readonly card: string
    readonly key: PublicKey
  },
): Promise<OwnerKeyDraft> {
  const { db } = context
  const report = await reportOfCard(context, wanted)
  const subject = await subjectById(db, report.subject_id)
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const { outstanding } = stateLogged(orders, context.sequencer.ledger)
  demand(outstanding !== null, 'wrong-state', 'no hold or lock is in force')
  const salt = orders.find(({ index }) => index === outstanding.index)?.ownerSalt ?? null
  demand(salt !== null && subject.owner !== null, 'owner-key', 'no owner key stands behind it yet')
  const okey = { salt, key: subject.owner }
  const draft = await keepDraft(context, subject, {
    ...wanted,
    caseId: null,
    basis: 'oldKey',
    okey,
  })
  const intake = intakeOver(context, outstanding.auth)
  const slot = signSlot(TYPE, draft.payload, intake.signer)
  return signOwnerKey(context, {
    draftId: draft.id,
    slot: 0,
    signature: encodeCbor(encodeSlot(slot)),
  })
}

async function keepDraft(
  { db, keys: { log }, sequencer, surroundings }: Context,
  subject: Subject,
  wanted: {
    readonly id: string
    readonly caseId: string | null
    readonly basis: Basis
    readonly key: PublicKey
    readonly okey: { readonly salt: Uint8Array; readonly key: PublicKey } | null
  },
): Promise<OwnerKeyDraft> {
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const { outstanding } = lapse(stateLogged(orders, sequencer.ledger), now)
  demand(outstanding !== null, 'wrong-state', 'no hold or lock is in force')
  const devSalt = surroundings.random(32)
  const salt = surroundings.random(32)
  const payload = encodeCbor(
    ownerKeyPayload({
      of: outstanding.index,
      dev: deviceCommitment(devSalt, subject.ids),
      okc: ownerCommitment(salt, wanted.key),
      okey: wanted.okey,
      basis: wanted.basis,
      log: log.key.name,
    }),
  )
  await db
    .insertInto('owner_key_drafts')
    .values({
      id: wanted.id,
      case_id: wanted.caseId,
      subject_id: subject.id,
      payload,
      dev_salt: devSalt,
      salt,
      key: encodeCbor(coseKey(wanted.key)),
      signatures: '{}',
      log_index: null,
      at_ms: surroundings.clock(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  return draftOf(await rowById(db, wanted.id))
}

/** The records of a case, oldest first. @throws {Refusal} forbidden, not-found */
export async function ownerKeysOfCase(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<readonly OwnerKeyDraft[]> {
  await caseById(context, caller, caseId)
  const rows = await context.db
    .selectFrom('owner_key_drafts')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('at_ms')
    .execute()
  return rows.map((row) => draftOf(row))
}

/**
 * Takes one signature and, with the last, logs the record. Who may sign where is the ledger's to say;
 * here only what no holder of a known key has signed is turned away.
 * @throws {Refusal} not-found, signer-set, chain, signature, and what the law says of the whole
 */
export async function signOwnerKey(
  context: Context,
  { draftId, slot, signature }: { draftId: string; slot: number; signature: Uint8Array },
): Promise<OwnerKeyDraft> {
  const { db } = context
  const row = await rowById(db, draftId)
  if (row.log_index !== null) return draftOf(row)
  const made = parseSlot(decodeCbor(signature, 2048))
  checkSlot(context, row, slot, made)
  await sql`update owner_key_drafts set signatures = signatures || ${slotsToKeep([[slot, made]])}::jsonb
    where id = ${draftId} and log_index is null`.execute(db)
  const signed = await rowById(db, draftId)
  if (slotsKept(signed.signatures).size < OWNER_KEY_SLOTS[basisOf(signed)].length + 1)
    return draftOf(signed)
  await submit(context, signed)
  return draftOf(await rowById(db, draftId))
}

function checkSlot({ sequencer, trust }: Context, row: Row, position: number, slot: Slot): void {
  const { okey, basis } = parseOwnerKeyRecord(new Uint8Array(row.payload))
  const signer = [...OWNER_KEY_SLOTS[basis], 'new'][position]
  demand(signer !== undefined, 'signer-set', `a record of this basis has no slot ${position}`)
  const isOwner = signer === 'new' || signer === 'old'
  const own = signer === 'new' ? keyOf(row) : okey?.key
  const { key, role } = isOwner
    ? { key: own, role: 'owner' }
    : sequencer.ledger.authorities.signer(slot.kid, sequencer.now(), sequencer.ledger.size).cert
  demand(key !== undefined && equal(kidOf(key), slot.kid), 'owner-key', 'another key')
  const gathering = { contentType: TYPE, payload: new Uint8Array(row.payload) } as const
  verifyGathered(gathering, slot, { key, role }, trust)
}

async function submit({ sequencer }: Context, row: Row): Promise<void> {
  const payload = new Uint8Array(row.payload)
  const slots = inOrder(slotsKept(row.signatures))
  const body: CoseSign = { contentType: TYPE, payload, slots }
  const { of, basis } = parseOwnerKeyRecord(payload)
  await sequencer.submit({
    kind: 'owner-key',
    body,
    alongside: async (trx, { index, t }) => {
      await trx
        .insertInto('owner_keys')
        .values({
          log_index: index,
          of_index: of,
          from_ms: t + OWNER_KEY_DELAY[basis],
          salt: row.salt,
          key: row.key,
        })
        .execute()
      await trx
        .updateTable('owner_key_drafts')
        .set({ log_index: index })
        .where('id', '=', row.id)
        .execute()
    },
  })
}

async function rowById(db: Context['db'], id: string): Promise<Row> {
  const row = await db
    .selectFrom('owner_key_drafts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such record')
  return row
}

function draftOf(row: Row): OwnerKeyDraft {
  return {
    id: row.id,
    payload: new Uint8Array(row.payload),
    basis: basisOf(row),
    signed: [...slotsKept(row.signatures).keys()].toSorted((a, b) => a - b),
    index: row.log_index === null ? null : Number(row.log_index),
  }
}

const basisOf = (row: Row): Basis => parseOwnerKeyRecord(new Uint8Array(row.payload)).basis
const keyOf = (row: Row): PublicKey => parseCoseKey(decodeCbor(new Uint8Array(row.key)))
