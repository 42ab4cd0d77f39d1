import type { Bytes, BytesOrNull, Int8, Int8OrNull } from './column-types.ts'

/** What an owner signed to give his phone away; `id` is that of the request that waits. */
interface TransferOffersTable {
  id: string
  device_id: Bytes
  nonce: Bytes
  /** COSE_Sign, CBOR. */
  offer: Bytes
  /** COSE_Key that signed it, CBOR. */
  seller: Bytes
  exp_ms: Int8
  at_ms: Int8
}

/** A change of owner: what opens its leaf, and the card that counted until then. */
interface SalesTable {
  log_index: Int8
  offer_id: string
  device_id: Bytes
  /** Log time, ms. */
  at_ms: Int8
  salt: Bytes
  record: Bytes
  /** Thumbprint of the former owner's key. */
  seller: Bytes
  seller_card: BytesOrNull
}

/** What a former owner says of a phone that he sold. */
interface DisputesTable {
  sale_index: Int8
  /** Like SM-7Q4K-2M9X. */
  reference: string
  subject_id: string
  why: Int8
  at_ms: Int8
  /** When the present holder answered. */
  heard_ms: Int8OrNull
  statement: string | null
}

/** An insurer paid for the phone of a case. */
interface CaseClaimsTable {
  case_id: string
  subject_id: string
  insurer: string
  claim_reference: string
  paid_ms: Int8
}

/** Tables about changes of owner. */
export interface TitleSchema {
  transfer_offers: TransferOffersTable
  sales: SalesTable
  disputes: DisputesTable
  case_claims: CaseClaimsTable
}
