import type { Bytes, Int8, Int8OrNull } from './column-types.ts'

/** A production run that its maker hands in. What is done with its rows is counted, so that it goes on. */
interface MadeBatchesTable {
  /** Of the maker's statement. */
  id: Bytes
  maker: string
  model: string
  /** The maker's batch statement, as it came first. */
  statement: Bytes
  count: Int8
  root: Bytes
  needs_sale: boolean
  /** Rows that are here, whose numbers were claimed, and whose devices are enrolled. */
  received: Int8
  claimed: Int8
  filled: Int8
  /** Rows enrolled in the end; null before. */
  enrolled: Int8OrNull
  /** Leaf of the enrolment batch; null before, and where no row was left to enrol. */
  log_index: Int8OrNull
  /** Somebody works on it until then. */
  busy_until_ms: Int8
}

/** A row of such a run; forgotten when it is enrolled, kept where it could not be. */
interface MadeDevicesTable {
  batch_id: Bytes
  row_no: Int8
  record: Bytes
  /** COSE_Key, CBOR. */
  dak: Bytes
  salt: Bytes
  code: string | null
}

/** A seller's signed word that a phone left the shop. */
interface FirstSalesTable {
  device_id: Bytes
  seller: string
  at_ms: Int8
  salt: Bytes
  record: Bytes
  log_index: Int8
}

/** What makers and sellers say before a phone has an owner. */
export interface MadeTables {
  made_batches: MadeBatchesTable
  made_devices: MadeDevicesTable
  first_sales: FirstSalesTable
}
