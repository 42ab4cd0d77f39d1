/**
 * Changes of owner. An offer belongs to the request of the same id that waits. Of a sale everything is
 * kept that opens its leaf, and the card that counted until then, so that who comes with it is known for
 * a former owner. His report is a dispute; a case may carry the mark of an insurer who paid.
 */
export const title: readonly string[] = [
  `create table if not exists transfer_offers (
    id uuid primary key,
    device_id bytea not null,
    nonce bytea not null,
    offer bytea not null,
    seller bytea not null,
    exp_ms bigint not null,
    at_ms bigint not null
  )`,
  `create index if not exists transfer_offers_by_device on transfer_offers (device_id)`,
  `create table if not exists sales (
    log_index bigint primary key,
    offer_id uuid not null,
    device_id bytea not null,
    at_ms bigint not null,
    salt bytea not null,
    record bytea not null,
    seller bytea not null,
    seller_card bytea
  )`,
  `create index if not exists sales_by_device on sales (device_id, log_index)`,
  `create unique index if not exists sales_by_offer on sales (offer_id)`,
  `create index if not exists sales_by_seller_card on sales (seller_card)`,
  `create table if not exists disputes (
    sale_index bigint primary key,
    reference text not null,
    subject_id uuid not null,
    why bigint not null,
    at_ms bigint not null,
    heard_ms bigint,
    statement text
  )`,
  `create unique index if not exists disputes_by_reference on disputes (reference)`,
  `create index if not exists disputes_by_subject on disputes (subject_id)`,
  `create table if not exists case_claims (
    case_id uuid primary key,
    subject_id uuid not null,
    insurer text not null,
    claim_reference text not null,
    paid_ms bigint not null
  )`,
  `create index if not exists case_claims_by_subject on case_claims (subject_id)`,
]
