import type { ColumnType } from 'kysely'
import type { IdentityForm } from '../../core/index.ts'
import type { Bytes, BytesOrNull, Int8, Int8OrNull, Json } from './column-types.ts'
import type { AppealSchema } from './appeal-tables.ts'
import type { DeskSchema } from './desk-tables.ts'
import type { MadeTables } from './made-tables.ts'
import type { OwnerSchema } from './owner-tables.ts'
import type { PeopleSchema } from './people-tables.ts'
import type { RequestSchema } from './request-tables.ts'
import type { ReturnSchema } from './return-tables.ts'
import type { TitleSchema } from './title-tables.ts'
import type { WaitSchema } from './wait-tables.ts'
import type { PartTables } from './part-tables.ts'

/** The signed checkpoint that is the log, changed only by compare-and-swap on `note`. */
interface LogStateTable {
  origin: string
  size: Int8
  root: Bytes
  /** Signed by the log alone. */
  note: string
  at_ms: Int8
}

interface PublishedTable {
  origin: string
  /** The newest, with the cosignatures it has so far. */
  note: string
  /** The newest that has the guarded quorum. */
  guarded_note: string | null
  /** The newest that has the plain quorum. */
  plain_note: string | null
}

/** Tiles of a checkpoint that is not yet known to be published, whole, for whoever finishes it. */
interface StagingTable {
  origin: string
  size: Int8
  root: Bytes
  bundle: Bytes
}

interface EntriesTable {
  index: Int8
  /** The entry's bytes, of which the leaf hash is made. */
  leaf: Bytes
  /** Of an order: no identity stands twice in the log. */
  oid: BytesOrNull
}

interface DevicesTable {
  /** SHA-256 thumbprint of `dak`. */
  id: Bytes
  /** Device attestation key: COSE_Key, CBOR. */
  dak: Bytes
  serial: string | null
  model: string
  enrolled_at_index: Int8
  owner_thumbprint: BytesOrNull
  owner_key: BytesOrNull
  card_hash: BytesOrNull
  /** Of an owner whose data were erased: `formerOwner`. */
  former_owner: ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>
  record_salt: Bytes
  /** Leaf of the record that its protection was switched off; null while it is on. */
  unprotected_index: Int8OrNull
  /** Its maker asked that it activates nowhere before its sale, and no seller has told one. */
  awaits_sale: ColumnType<boolean, boolean | undefined, boolean>
  /** Places in it whose part is not its own, as it attested last, by spaces; null: none. */
  unbound_parts: ColumnType<string | null, string | null | undefined, string | null>
  /** When the nonce of the answer was drawn that changed this last. */
  unbound_ms: Int8OrNull
}

interface DeviceImeisTable {
  imei14: string
  device_id: Bytes
  /** 1 or 2. */
  slot: Int8
}

/** What an order can be about: an enrolled device, or a bare number when nobody enrolled it. */
interface SubjectsTable {
  id: string
  device_id: BytesOrNull
  imei14: string | null
  /** Highest counter of orders that were erased. */
  ctr_floor: ColumnType<bigint, bigint | number | undefined, bigint | number>
}

interface OrdersTable {
  log_index: Int8
  subject_id: string
  oid: Bytes
  act: string
  /** Log time, ms. */
  at_ms: Int8
  payload: Bytes
  /** CBOR. */
  opening: Bytes
  /** Opens the order's owner-key commitment. */
  owner_salt: BytesOrNull
  case_id: string | null
}

interface ReportsTable {
  id: string
  reference: string
  subject_id: string
  at_ms: Int8
  proof: string
  why: Int8
  hold_index: Int8
  /** Whose intake signed the hold. */
  force: string
  /** When police locked the phone or refused, or its owner took the hold back; null: it waits. */
  decided_ms: ColumnType<bigint | null, number | bigint | null | undefined, number | bigint | null>
}

export type CaseState = 'open' | 'proposed' | 'approved' | 'locked' | 'withdrawn' | 'refused'

interface CasesTable {
  id: string
  force: string
  crime_reference: string
  case_salt: Bytes
  subject_id: string
  why: Int8
  state: CaseState
  batch_id: string | null
  row_no: Int8OrNull
  report_id: string | null
  at_ms: Int8
}

/** An order that still lacks signatures, or its place in the log. */
interface DraftsTable {
  id: string
  case_id: string | null
  act: string
  subject_id: string
  payload: Bytes
  opening: Bytes
  owner_salt: BytesOrNull
  signatures: Json
  proposed_by: string | null
  state: string
  at_ms: Int8
  log_index: Int8OrNull
}

interface BatchesTable {
  id: string
  force: string
  source: string
  file_hash: Bytes
  kind: string
  proposed_by: string
  state: string
  at_ms: Int8
  counts: Json
}

interface BatchRowsTable {
  batch_id: string
  row_no: Int8
  /** Null: the row names no usable number. */
  subject_id: string | null
  result: string
  code: string | null
}

interface SightingsTable {
  id: string
  at_ms: Int8
  received_ms: Int8
  reporter: string
  how: string
  verdict: string
  country: string
  network: string | null
  subject_id: string | null
  imei14: string | null
  tree_size: Int8
  body: Bytes
}

/** Where a found phone lies: the private side of a `found`, keyed by its draft. */
interface RecoveriesTable {
  id: string
  subject_id: string
  force: string
  exhibit_salt: Bytes
  exhibit: string
  country: string
  at_ms: Int8
}

interface IdempotencyTable {
  caller: string
  key: string
  body_hash: Bytes
  status: Int8
  response: string | null
  at_ms: Int8
}

interface UsedNoncesTable {
  nonce: Bytes
  at_ms: Int8
}

interface AuditTable {
  id: string
  at_ms: Int8
  who: string
  /** Whose officer he is; of others their issuer; null: the registry itself. */
  force: string | null
  action: string
  case_id: string | null
  subject_id: string | null
  /** Of whoever owns a phone that nobody enrolled. */
  request_id: ColumnType<string | null, string | null | undefined, string | null>
}

/** A snapshot or delta of a list, with its signed head. */
interface NumberListsTable {
  /** 1 black, 2 grey. */
  list: Int8
  kind: 'snapshot' | 'delta'
  size: Int8
  from_size: Int8OrNull
  head: string
  bytes: Bytes
  /** The checkpoint of that size, with the guarded quorum. */
  note: string
  at_ms: Int8
}

/** The tables after the last migration. Identifiers are made by the application, never here. */
/** Which steps of the migrations this database has taken. */
interface MigrationsTable {
  step: string
}

/** Owner keys recorded for holds and locks: what opens their public commitments. */
interface OwnerKeysTable {
  log_index: Int8
  of_index: Int8
  from_ms: Int8
  salt: Bytes
  key: Bytes
}

/** An owner-key record that waits for its signatures. */
interface OwnerKeyDraftsTable {
  id: string
  case_id: string | null
  subject_id: string
  payload: Bytes
  /** Opens `dev` of the record. */
  dev_salt: Bytes
  /** Opens the new owner key's commitment. */
  salt: Bytes
  key: Bytes
  signatures: Json
  log_index: Int8OrNull
  at_ms: Int8
}

/** Orders about which nothing is kept any more. */
interface ErasedOrdersTable {
  log_index: Int8
}

/** What one register of an operator acknowledged last. */
interface RegistersTable {
  operator: string
  register: string
  size: Int8
  /** By the register's clock. */
  at_ms: Int8
  received_ms: Int8
  /** Signed by the operator. */
  ack: Bytes
}

/** From a lock's log time until the register enforced it. */
interface BlockTimesTable {
  operator: string
  register: string
  log_index: Int8
  ms: Int8
}

/** One round of unannounced questions to a register. */
interface ProbesTable {
  id: string
  operator: string
  register: string
  at_ms: Int8
  asked: Int8
  /** Listed in the log, let through by the register. */
  missing_block: Int8
  /** Blocked by the register, without an order in the log. */
  over_block: Int8
}

/** What opens a conflict or pair of the log; both null once it is erased. */
interface IdentityOpeningsTable {
  log_index: Int8
  imei14: string | null
  /** CBOR. */
  opening: BytesOrNull
}

/** An identity record that waits for its signatures, or stands in the log. */
interface IdentityDraftsTable {
  id: string
  case_id: string
  imei14: string
  /** Who has to sign: a key of `IDENTITY_SLOTS`. */
  form: IdentityForm
  payload: Bytes
  /** Null for an end. */
  opening: BytesOrNull
  signatures: Json
  log_index: Int8OrNull
  at_ms: Int8
}

/** A sign that several phones wear one number. */
interface CloneSignalsTable {
  imei14: string
  why: string
  /** Days since 1970, UTC. */
  day: Int8
  reporter: string
  first_ms: Int8
  last_ms: Int8
  /** The most that was counted; 0 where nobody counted. */
  subscribers: Int8
  places: Json
}

/** The newest boot in which a phone asked to be set up. */
interface SeenBootsTable {
  device_id: Bytes
  boot_count: Int8
  boot_seed: Bytes
  at_ms: Int8
}

export interface Schema
  extends
    AppealSchema,
    DeskSchema,
    MadeTables,
    OwnerSchema,
    PartTables,
    PeopleSchema,
    RequestSchema,
    ReturnSchema,
    TitleSchema,
    WaitSchema {
  number_lists: NumberListsTable
  clone_signals: CloneSignalsTable
  seen_boots: SeenBootsTable
  identity_openings: IdentityOpeningsTable
  identity_drafts: IdentityDraftsTable
  registers: RegistersTable
  block_times: BlockTimesTable
  probes: ProbesTable
  erased_orders: ErasedOrdersTable
  owner_key_drafts: OwnerKeyDraftsTable
  owner_keys: OwnerKeysTable
  migrations: MigrationsTable
  log_state: LogStateTable
  published: PublishedTable
  staging: StagingTable
  entries: EntriesTable
  devices: DevicesTable
  device_imeis: DeviceImeisTable
  subjects: SubjectsTable
  orders: OrdersTable
  reports: ReportsTable
  cases: CasesTable
  drafts: DraftsTable
  batches: BatchesTable
  batch_rows: BatchRowsTable
  sightings: SightingsTable
  recoveries: RecoveriesTable
  idempotency: IdempotencyTable
  used_nonces: UsedNoncesTable
  audit: AuditTable
}
