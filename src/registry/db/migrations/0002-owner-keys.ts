/** New keys for owners who lost theirs, inherited a phone or had none. */
export const ownerKeys: readonly string[] = [
  `create table if not exists owner_keys (
    log_index bigint primary key,
    of_index bigint not null,
    from_ms bigint not null,
    salt bytea not null,
    key bytea not null
  )`,
  `create index if not exists owner_keys_by_order on owner_keys (of_index)`,
  `create table if not exists owner_key_drafts (
    id uuid primary key,
    case_id uuid,
    subject_id uuid not null,
    payload bytea not null,
    dev_salt bytea not null,
    salt bytea not null,
    key bytea not null,
    signatures jsonb not null,
    log_index bigint,
    at_ms bigint not null
  )`,
  `create index if not exists owner_key_drafts_by_case on owner_key_drafts (case_id)`,
]
