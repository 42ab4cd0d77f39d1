/**
 * What an owner asked for that waits: two factors, a delay, and whoever is told of it. The number within
 * its device is unique, so that of two requests at once one takes the other's place.
 */
export const waits: readonly string[] = [
  `create table if not exists waits (
    id uuid primary key,
    device_id bytea not null,
    no bigint not null,
    act text not null,
    first text not null,
    second text,
    requested_ms bigint not null,
    after_order bigint not null,
    delay_ms bigint not null,
    is_after_cancelled boolean not null,
    not_before_ms bigint not null,
    ready_ms bigint,
    ended text,
    ended_ms bigint
  )`,
  `create unique index if not exists waits_by_device on waits (device_id, no)`,
  `create table if not exists notices (
    id uuid primary key,
    device_id bytea not null,
    at_ms bigint not null,
    what text not null,
    act text,
    ready_ms bigint
  )`,
  `create index if not exists notices_by_device on notices (device_id, at_ms)`,
  `create table if not exists protection_changes (
    log_index bigint primary key,
    device_id bytea not null,
    is_on boolean not null,
    salt bytea not null
  )`,
  `alter table devices add column if not exists unprotected_index bigint`,
  `create index if not exists devices_by_owner on devices (owner_thumbprint)`,
  `create table if not exists contacts (device_id bytea primary key, mail text not null)`,
  `create table if not exists outbox (
    id uuid primary key,
    device_id bytea not null,
    mail text not null,
    text text not null,
    at_ms bigint not null,
    next_ms bigint not null,
    tries bigint not null
  )`,
  `create index if not exists outbox_by_time on outbox (next_ms)`,
  `create index if not exists protection_changes_by_device on protection_changes (device_id)`,
]
