/**
 * One statement each, repeatable, and only what distributed engines that speak PostgreSQL also
 * take: keys made by the application, no serial, arrays, foreign keys or triggers.
 */
export const first: readonly string[] = [
  // the log
  `create table if not exists log_state (
    origin text primary key,
    size bigint not null,
    root bytea not null,
    note text not null,
    at_ms bigint not null
  )`,
  `create table if not exists published (
    origin text primary key,
    note text not null,
    guarded_note text,
    plain_note text
  )`,
  `create table if not exists staging (
    origin text not null,
    size bigint not null,
    root bytea not null,
    bundle bytea not null,
    primary key (origin, size, root)
  )`,
  `create table if not exists entries (
    index bigint primary key,
    leaf bytea not null,
    oid bytea unique
  )`,
  // devices
  `create table if not exists devices (
    id bytea primary key,
    dak bytea not null,
    serial text,
    model text not null,
    enrolled_at_index bigint not null,
    owner_thumbprint bytea,
    owner_key bytea,
    card_hash bytea unique,
    record_salt bytea not null
  )`,
  `create table if not exists device_imeis (
    imei14 text primary key,
    device_id bytea not null,
    slot bigint not null
  )`,
  `create index if not exists device_imeis_by_device on device_imeis (device_id)`,
  `create index if not exists devices_by_serial on devices (serial)`,
  `create table if not exists subjects (
    id uuid primary key,
    device_id bytea unique,
    imei14 text unique
  )`,
  // orders
  `create table if not exists orders (
    log_index bigint primary key,
    subject_id uuid not null,
    oid bytea not null unique,
    act text not null,
    at_ms bigint not null,
    payload bytea not null,
    opening bytea not null,
    owner_salt bytea,
    case_id uuid
  )`,
  `create index if not exists orders_by_subject on orders (subject_id)`,
  // reports and cases
  `create table if not exists reports (
    id uuid primary key,
    reference text not null unique,
    subject_id uuid not null,
    at_ms bigint not null,
    proof text not null,
    why bigint not null,
    hold_index bigint not null
  )`,
  `create table if not exists cases (
    id uuid primary key,
    force text not null,
    crime_reference text not null,
    case_salt bytea not null,
    subject_id uuid not null,
    why bigint not null,
    state text not null,
    batch_id uuid,
    row_no bigint,
    report_id uuid,
    at_ms bigint not null,
    unique (batch_id, row_no)
  )`,
  `create index if not exists cases_by_force_and_state on cases (force, state)`,
  `create table if not exists drafts (
    id uuid primary key,
    case_id uuid,
    act text not null,
    subject_id uuid not null,
    payload bytea not null,
    opening bytea not null,
    owner_salt bytea,
    signatures jsonb not null,
    proposed_by text,
    state text not null,
    at_ms bigint not null,
    log_index bigint
  )`,
  `create index if not exists drafts_by_case on drafts (case_id)`,
  `create table if not exists batches (
    id uuid primary key,
    force text not null,
    source text not null,
    file_hash bytea not null,
    kind text not null,
    proposed_by text not null,
    state text not null,
    at_ms bigint not null,
    counts jsonb not null,
    unique (force, file_hash)
  )`,
  `create table if not exists batch_rows (
    batch_id uuid not null,
    row_no bigint not null,
    subject_id uuid,
    result text not null,
    code text,
    primary key (batch_id, row_no)
  )`,
  // what happens to them
  `create table if not exists sightings (
    id text primary key,
    at_ms bigint not null,
    received_ms bigint not null,
    reporter text not null,
    how text not null,
    verdict text not null,
    country text not null,
    network text,
    subject_id uuid,
    imei14 text,
    tree_size bigint not null,
    body bytea not null
  )`,
  `create index if not exists sightings_by_subject on sightings (subject_id)`,
  `create table if not exists recoveries (
    id uuid primary key,
    subject_id uuid not null,
    force text not null,
    exhibit_salt bytea not null,
    exhibit text not null,
    country text not null,
    at_ms bigint not null
  )`,
  // requests
  `create table if not exists idempotency (
    caller text not null,
    key text not null,
    body_hash bytea not null,
    status bigint not null,
    response text,
    at_ms bigint not null,
    primary key (caller, key)
  )`,
  `create table if not exists used_nonces (
    nonce bytea primary key,
    at_ms bigint not null
  )`,
  `create table if not exists audit (
    id uuid primary key,
    at_ms bigint not null,
    who text not null,
    action text not null,
    case_id uuid,
    subject_id uuid
  )`,
]
