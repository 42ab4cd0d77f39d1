/**
 * What a phone said last of parts that are not its own, what its owner lets it say on its glass, and the
 * grants that its chip takes with its orders.
 */
export const saleAndGlass: readonly string[] = [
  `alter table devices add column if not exists unbound_parts text`,
  `alter table devices add column if not exists unbound_ms bigint`,
  `create table if not exists owner_words (
    device_id bytea primary key,
    document bytea not null,
    at_ms bigint not null
  )`,
  `create table if not exists device_grants (
    device_id bytea primary key,
    up_to bigint not null,
    grants bytea
  )`,
]
