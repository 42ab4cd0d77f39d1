/** What operators' registers say they enforce, and how long each lock took to reach them. */
export const registers: readonly string[] = [
  `create table if not exists registers (
    operator text not null,
    register text not null,
    size bigint not null,
    at_ms bigint not null,
    received_ms bigint not null,
    ack bytea not null,
    primary key (operator, register)
  )`,
  `create table if not exists block_times (
    operator text not null,
    register text not null,
    log_index bigint not null,
    ms bigint not null,
    primary key (operator, register, log_index)
  )`,
  `create table if not exists probes (
    id uuid primary key,
    operator text not null,
    register text not null,
    at_ms bigint not null,
    asked bigint not null,
    missing_block bigint not null,
    over_block bigint not null
  )`,
  `create index if not exists probes_by_operator on probes (operator, at_ms)`,
]
