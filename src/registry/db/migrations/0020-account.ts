/** What an owner arranges in his account. */
export const account: readonly string[] = [
  `create table if not exists trusted_people (
    id uuid primary key,
    device_id bytea not null,
    name text not null,
    code_hash bytea not null unique,
    at_ms bigint not null,
    account_id uuid
  )`,
  `create index if not exists trusted_people_by_device on trusted_people (device_id)`,
  `create table if not exists owner_asks (
    device_id bytea not null,
    ask text not null,
    skips bigint not null,
    at_ms bigint not null,
    primary key (device_id, ask)
  )`,
]
