/**
 * Parts and the phones that have them. A binding is reserved here before it is logged, by what it
 * follows: so of two that want to follow the same one, one does.
 */
export const parts: readonly string[] = [
  `create table if not exists parts (
    id bytea primary key,
    type text not null,
    maker bytea not null,
    first_index bigint not null,
    host bytea not null,
    binding_hash bytea not null
  )`,
  `create index if not exists parts_by_host on parts (host)`,
  `create table if not exists part_bindings (
    part_id bytea not null,
    previous bytea not null,
    hash bytea not null,
    host bytea not null,
    donor bytea,
    binding bytea not null,
    release bytea,
    salt bytea not null,
    log_index bigint,
    at_ms bigint not null,
    primary key (part_id, previous)
  )`,
  `create table if not exists part_claims (
    part_id bytea not null,
    host bytea not null,
    country text,
    at_ms bigint not null,
    conflict_ms bigint,
    primary key (part_id, host)
  )`,
]
