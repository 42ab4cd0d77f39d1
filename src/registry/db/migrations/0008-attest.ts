/**
 * Production runs as their makers hand them in, row by row until all are enrolled; and phones that wait
 * for the word of a seller.
 */
export const attest: readonly string[] = [
  `alter table devices add column if not exists awaits_sale boolean not null default false`,
  `create table if not exists made_batches (
    id bytea primary key,
    maker text not null,
    model text not null,
    statement bytea not null,
    count bigint not null,
    root bytea not null,
    needs_sale boolean not null,
    received bigint not null,
    claimed bigint not null,
    filled bigint not null,
    enrolled bigint,
    log_index bigint,
    busy_until_ms bigint not null
  )`,
  `create table if not exists made_devices (
    batch_id bytea not null,
    row_no bigint not null,
    record bytea not null,
    dak bytea not null,
    salt bytea not null,
    code text,
    primary key (batch_id, row_no)
  )`,
  `create table if not exists first_sales (
    device_id bytea primary key,
    seller text not null,
    at_ms bigint not null,
    salt bytea not null,
    record bytea not null,
    log_index bigint not null
  )`,
]
