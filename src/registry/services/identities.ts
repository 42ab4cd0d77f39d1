import { sql, type Selectable } from 'kysely'
import {
  IDENTITY_SLOTS,
  checkModels,
  decodeCbor,
  demand,
  encodeCbor,
  encodeIdentityOpening,
  encodeSlot,
  identityPayload,
  pairCommitment,
  parseImei14,
  parseSlot,
  signSlot,
  type IdentityForm,
  type IdentityRecord,
  type Imei14,
  type Pair,
  type Slot,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { audit } from '../model/audit.ts'
import type { Caller } from '../model/caller.ts'
import { lockedState } from '../model/locked-state.ts'
import { subjectById } from '../model/subjects.ts'
import { inOrder, slotsKept, slotsToKeep, verifyGathered } from '../model/gathered-slots.ts'
import { caseById } from './cases.ts'

const TYPE = 'application/stolen-identity+cbor'
const DAY_SECONDS = 86_400

/** A record that waits for its signatures, or stands in the log. */
export interface IdentityDraft {
  readonly id: string
  readonly form: IdentityForm
  readonly payload: Uint8Array
  /** Null for an end. */
  readonly opening: Uint8Array | null
  readonly signed: readonly number[]
  /** Its leaf once it is logged. */
  readonly index: number | null
}

/** Which case asks; the id follows from the request, so a repeated one finds its record. */
interface Asked {
  readonly id: string
  readonly caseId: string
}

type Row = Selectable<Schema['identity_drafts']>

/**
 * Says that more than one phone wears the number of a case. The registry signs, and it is logged at
 * once. Not of a locked number: else two clones would buy a thief his network back.
 * @throws {Refusal} forbidden, not-found, wrong-state, and what the law says of the record
 */
export async function declareConflict(
  context: Context,
  caller: Caller,
  { imei, ...asked }: Asked & { readonly imei: Imei14 },
): Promise<IdentityDraft> {
  await demandNumberOf(context, caller, { ...asked, imei, action: 'identity.conflict' })
  if ((await findRow(context.db, asked.id)) === null) {
    await demandNotLocked(context, imei)
    const pair = { imei14: imei, imsi: null }
    await keepRow(context, asked, { form: 'conflict', exp: null, pair })
  }
  return signByRegistry(context, asked.id)
}

/**
 * Drafts that this number with this subscriber is honest, as seen at a police counter.
 * @throws {Refusal} forbidden, not-found
 */
export async function draftPair(
  context: Context,
  caller: Caller,
  {
    imei,
    imsi,
    days,
    ...asked
  }: Asked & { readonly imei: Imei14; readonly imsi: string; readonly days: number },
): Promise<IdentityDraft> {
  await demandNumberOf(context, caller, { ...asked, imei, action: 'identity.pair' })
  const exp = Math.floor(context.sequencer.now() / 1000) + days * DAY_SECONDS
  await keepRow(context, asked, { form: 'pair', exp, pair: { imei14: imei, imsi } })
  return draftOf(await rowById(context.db, asked.id))
}

/**
 * Ends a conflict at once, or drafts the end of a pair, which a force and an officer sign.
 * @throws {Refusal} forbidden, not-found, of-mismatch, and what the law says of the record
 */
export async function endIdentity(
  context: Context,
  caller: Caller,
  { of, ...asked }: Asked & { readonly of: number },
): Promise<IdentityDraft> {
  const { db, sequencer, keys } = context
  const opening = await db
    .selectFrom('identity_openings')
    .select('imei14')
    .where('log_index', '=', BigInt(of))
    .executeTakeFirst()
  // One answer for what is not there and what is another's: leaves are no way to ask for numbers.
  const imei = opening?.imei14 ? parseImei14(opening.imei14) : null
  await demandNumberOf(context, caller, { ...asked, imei, action: 'identity.end' })
  if ((await findRow(db, asked.id)) === null) {
    const standing = sequencer.ledger.identity(of)
    demand(standing !== undefined, 'of-mismatch', 'names no conflict or pair that stands')
    const { com, type } = standing.record
    const form = type === 'pair' ? 'endOfPair' : 'endOfConflict'
    const record = { type: 'end', com, exp: null, of, log: keys.log.key.name } as const
    await insertRow(context, asked, { form, record, imei: imei!, opening: null })
  }
  const row = await rowById(db, asked.id)
  return row.form === 'endOfConflict' ? signByRegistry(context, row.id) : draftOf(row)
}

/** The records of a case, oldest first: a look that is recorded. @throws {Refusal} forbidden, not-found */
export async function identitiesOfCase(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<readonly IdentityDraft[]> {
  const { subjectId } = await caseById(context, caller, caseId)
  await audit(context, caller, 'identity.view', { caseId, subjectId })
  const rows = await context.db
    .selectFrom('identity_drafts')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('at_ms')
    .execute()
  return rows.map((row) => draftOf(row))
}

/**
 * Takes one signature and, with the last, logs the record. Who may sign where is the ledger's to say;
 * here only what no holder of a known key has signed is turned away.
 * @throws {Refusal} not-found, signer-set, chain, scope, signature, and what the law says of the whole
 */
export async function signIdentity(
  context: Context,
  { draftId, slot, signature }: { draftId: string; slot: number; signature: Uint8Array },
): Promise<IdentityDraft> {
  const { db } = context
  const row = await rowById(db, draftId)
  if (row.log_index !== null) return draftOf(row)
  const made = parseSlot(decodeCbor(signature, 2048))
  checkSlot(context, row, slot, made)
  await sql`update identity_drafts set signatures = signatures || ${slotsToKeep([[slot, made]])}::jsonb
    where id = ${draftId} and log_index is null`.execute(db)
  const signed = await rowById(db, draftId)
  if (slotsKept(signed.signatures).size < IDENTITY_SLOTS[signed.form].length) return draftOf(signed)
  return submit(context, signed)
}

/** The caller's case is about this number. @throws {Refusal} forbidden, not-found */
async function demandNumberOf(
  context: Context,
  caller: Caller,
  { caseId, imei, action }: Asked & { readonly imei: Imei14 | null; readonly action: string },
): Promise<void> {
  const { subjectId } = await caseById(context, caller, caseId)
  await audit(context, caller, action, { caseId, subjectId })
  const { ids } = await subjectById(context.db, subjectId)
  const isAbout = imei !== null && ids.imeis.includes(imei)
  demand(isAbout, 'not-found', 'the case is not about this number')
}

/** Neither the device under this number nor the bare number. @throws {Refusal} wrong-state */
async function demandNotLocked(context: Context, imei: Imei14): Promise<void> {
  const state = await lockedState(context, imei)
  demand(state === null, 'wrong-state', `no conflict is made of a ${state} number`)
}

/** Whether a conflict of this number could be logged, and none stands yet. */
export async function isConflictOpen(context: Context, imei: Imei14): Promise<boolean> {
  if ((await lockedState(context, imei)) !== null) return false
  const rows = await context.db
    .selectFrom('identity_openings')
    .select('log_index')
    .where('imei14', '=', imei)
    .execute()
  const { ledger } = context.sequencer
  const standing = rows.map((row) => ledger.identity(Number(row.log_index)))
  return standing.every((one) => one?.record.type !== 'conflict')
}

/** Keeps a conflict or pair, under a salt of its own. */
async function keepRow(
  context: Context,
  asked: Asked,
  said: {
    readonly form: 'conflict' | 'pair'
    readonly exp: number | null
    readonly pair: Pair
  },
): Promise<void> {
  const { surroundings, keys } = context
  const { form, exp, pair } = said
  const salt = surroundings.random(32)
  const com = pairCommitment(salt, pair)
  const record = { type: form, com, exp, of: null, log: keys.log.key.name }
  const opening = encodeIdentityOpening({ com, salt, pair })
  await insertRow(context, asked, { form, record, imei: pair.imei14, opening })
}

async function insertRow(
  { db, surroundings }: Context,
  { id, caseId }: Asked,
  said: {
    readonly form: IdentityForm
    readonly record: IdentityRecord
    readonly imei: Imei14
    readonly opening: Uint8Array | null
  },
): Promise<void> {
  await db
    .insertInto('identity_drafts')
    .values({
      id,
      case_id: caseId,
      imei14: said.imei,
      form: said.form,
      payload: encodeCbor(identityPayload(said.record)),
      opening: said.opening,
      signatures: '{}',
      log_index: null,
      at_ms: surroundings.clock(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function signByRegistry(context: Context, draftId: string): Promise<IdentityDraft> {
  const row = await rowById(context.db, draftId)
  const slot = signSlot(TYPE, new Uint8Array(row.payload), context.keys.registry)
  return signIdentity(context, { draftId, slot: 0, signature: encodeCbor(encodeSlot(slot)) })
}

function checkSlot({ sequencer, trust }: Context, row: Row, position: number, slot: Slot): void {
  const signers = IDENTITY_SLOTS[row.form]
  demand(position < signers.length, 'signer-set', `this record has no slot ${position}`)
  const { ledger } = sequencer
  const link = ledger.authorities.signer(slot.kid, sequencer.now(), ledger.size)
  // Registers refuse a number outside a signer's models, which only its opening shows.
  if (row.opening !== null) checkModels([link], { imeis: [parseImei14(row.imei14)] })
  verifyGathered(gathering(row), slot, link.cert, trust)
}

async function submit({ db, sequencer }: Context, row: Row): Promise<IdentityDraft> {
  const { index } = await sequencer.submit({
    kind: 'identity',
    body: { ...gathering(row), slots: inOrder(slotsKept(row.signatures)) },
    ...(row.opening && { opening: new Uint8Array(row.opening) }),
  })
  // Should the process die here, the next signature finds the same leaf: a payload is logged once.
  await db
    .updateTable('identity_drafts')
    .set({ log_index: index })
    .where('id', '=', row.id)
    .execute()
  return draftOf(await rowById(db, row.id))
}

async function findRow(db: Context['db'], id: string): Promise<Row | null> {
  const row = await db
    .selectFrom('identity_drafts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** @throws {Refusal} not-found */
async function rowById(db: Context['db'], id: string): Promise<Row> {
  const row = await findRow(db, id)
  demand(row !== null, 'not-found', 'no such record')
  return row
}

function draftOf(row: Row): IdentityDraft {
  return {
    id: row.id,
    form: row.form,
    payload: new Uint8Array(row.payload),
    opening: row.opening && new Uint8Array(row.opening),
    signed: [...slotsKept(row.signatures).keys()].toSorted((a, b) => a - b),
    index: row.log_index === null ? null : Number(row.log_index),
  }
}

const gathering = (row: Row) =>
  ({ contentType: TYPE, payload: new Uint8Array(row.payload) }) as const
