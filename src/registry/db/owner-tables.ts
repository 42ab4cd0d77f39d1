import type { Bytes, Int8 } from './column-types.ts'

/** What a phone was last handed when it asked: whether it has had its lock. */
interface PhonesSeenTable {
  device_id: Bytes
  at_ms: Int8
  /** Counter of the newest order that it has, or was handed. */
  ctr: Int8
}

/** What its owner tells of a theft after the hold; each line may stay empty. */
interface ReportDetailsTable {
  report_id: string
  place: string
  how: string
  purchase: string
  insurer: string
  at_ms: Int8
}

/** Whom an owner trusts to hold this phone for him; who was removed has no row. */
interface TrustedPeopleTable {
  id: string
  device_id: Bytes
  /** As the owner calls him. */
  name: string
  code_hash: Bytes
  at_ms: Int8
  /** Of whoever accepted; null: nobody has yet. */
  account_id: string | null
}

/** How often an owner left aside what he was asked for. */
interface OwnerAsksTable {
  device_id: Bytes
  ask: 'card' | 'trusted'
  skips: Int8
  at_ms: Int8
}

/** A browser that an owner's notices go to, as its push service knows it. */
interface PushSubscriptionsTable {
  id: string
  account_id: string
  endpoint: string
  /** Base64url. */
  p256dh: string
  auth: string
  /** As its person calls it. */
  label: string
  at_ms: Int8
}

/** What the owners' pages keep. */
export interface OwnerSchema {
  push_subscriptions: PushSubscriptionsTable
  phones_seen: PhonesSeenTable
  report_details: ReportDetailsTable
  trusted_people: TrustedPeopleTable
  owner_asks: OwnerAsksTable
}
