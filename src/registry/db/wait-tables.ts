import type { Factor, Wait, WaitingAct } from '../../core/index.ts'
import type { NoticeWhat } from '../../wire/index.ts'
import type { Bytes, BytesOrNull, Int8, Int8OrNull } from './column-types.ts'

/** What an owner has asked for and has to wait for: the newest `no` of a device is the one that counts. */
interface WaitsTable {
  id: string
  device_id: Bytes
  no: Int8
  act: WaitingAct
  first: Factor
  second: Factor | null
  requested_ms: Int8
  after_order: Int8
  delay_ms: Int8
  is_after_cancelled: boolean
  not_before_ms: Int8
  ready_ms: Int8OrNull
  ended: NonNullable<Wait['end']>['how'] | null
  ended_ms: Int8OrNull
}

/** What every channel of an owner is told. */
interface NoticesTable {
  id: string
  device_id: Bytes
  at_ms: Int8
  what: NoticeWhat
  act: WaitingAct | null
  /** When it will be ready, where that is known. */
  ready_ms: Int8OrNull
}

/** Where an owner is told by mail. */
interface ContactsTable {
  device_id: Bytes
  mail: string
}

/** What an owner lets his held or stolen phone say, as he signed it. */
interface OwnerWordsTable {
  device_id: Bytes
  document: Bytes
  at_ms: Int8
}

/** What the chip of a phone takes with its orders, up to the one at this leaf; null: nothing. */
interface DeviceGrantsTable {
  device_id: Bytes
  up_to: Int8
  grants: BytesOrNull
}

/** A notice that is not sent yet, by one channel: an address, or a browser. */
interface OutboxTable {
  id: string
  device_id: Bytes
  mail: string | null
  push_id: string | null
  text: string
  at_ms: Int8
  /** Not tried before. */
  next_ms: Int8
  tries: Int8
}

/** Protection switched off or on again, with what opens the record in its batch. */
interface ProtectionChangesTable {
  log_index: Int8
  device_id: Bytes
  is_on: boolean
  salt: Bytes
}

/** Acts of owners that wait, and who is told of them. */
export interface WaitSchema {
  waits: WaitsTable
  notices: NoticesTable
  contacts: ContactsTable
  owner_words: OwnerWordsTable
  device_grants: DeviceGrantsTable
  outbox: OutboxTable
  protection_changes: ProtectionChangesTable
}
