import type { ColumnType } from 'kysely'
import type { Bytes, BytesOrNull, Int8, Int8OrNull } from './column-types.ts'

/** 0 where nothing was written. */
type Counted = ColumnType<bigint, number | undefined, bigint | number>

/** How an owner wants a found phone back; an insurer who paid may own it. */
export const WAYS = ['collect', 'post', 'insurer'] as const
export type Way = (typeof WAYS)[number]

/** A phone that police have, from its `found` to its release. Times in ms. */
interface ReturnsTable {
  found_index: Int8
  subject_id: string
  /** Null: a bare number, which has no owner to be told. */
  device_id: BytesOrNull
  case_id: string | null
  force: string
  at_ms: Int8
  way: Way | null
  /** Where to post it: for the force alone, and gone once it is handed over. */
  address: string | null
  chosen_ms: Int8OrNull
  /** Of the code on the newest label. */
  code_hash: BytesOrNull
  printed_ms: Int8OrNull
  wrong_tries: Counted
  wrong_ms: Counted
  used_ms: Int8OrNull
  handed_ms: Int8OrNull
  reminded_ms: Int8OrNull
  released_ms: Int8OrNull
}

/** An officer's word that his force's key may sign a release, which has no slot for him. */
interface ReleaseVouchersTable {
  draft_id: string
  officer: string
  /** COSE_Signature over the draft's payload. */
  slot: Bytes
  at_ms: Int8
}

/** An owner asks police to undo a lock: they decide, and nothing is undone by it. */
interface ReleaseRequestsTable {
  subject_id: string
  of_index: Int8
  force: string
  text: string
  at_ms: Int8
}

/** The words an owner says when he takes something back, freely or under threat. */
interface SecretWordsTable {
  device_id: Bytes
  own_hash: Bytes
  threat_hash: Bytes
  /** Set under threat: both mean a threat, and stand in the place of `threat_hash` until his own word is said. */
  pretended_own: ColumnType<Uint8Array | null, undefined, Uint8Array | null>
  pretended_threat: ColumnType<Uint8Array | null, undefined, Uint8Array | null>
  /** Wrong ones beside a passkey's signature, and since when. */
  wrong_tries: Counted
  wrong_ms: Counted
  /** The same where a session is enough. */
  asked_tries: Counted
  asked_ms: Counted
  at_ms: Int8
}

/** The owner said the word of somebody who is threatened: nothing was done, and his pages say it was. */
interface ThreatsTable {
  id: string
  device_id: Bytes
  subject_id: string
  act: 'take-back' | 'return' | 'error' | 'request' | 'words'
  /** The hold or lock that stays in force; -1: none is. */
  of_index: Int8
  force: string
  at_ms: Int8
  /** 1: he is safe again and sees what is true. */
  is_lifted: Counted
  /** The officer who sees to it; null: nobody yet. */
  seen_by: string | null
}

export interface ReturnSchema {
  returns: ReturnsTable
  release_vouchers: ReleaseVouchersTable
  release_requests: ReleaseRequestsTable
  secret_words: SecretWordsTable
  threats: ThreatsTable
}
