/** The boot each phone was last set up in, and what stays of an owner whose data were erased. */
export const boots: readonly string[] = [
  `create table if not exists seen_boots (
    device_id bytea primary key,
    boot_count bigint not null,
    boot_seed bytea not null,
    at_ms bigint not null
  )`,
  `alter table devices add column if not exists former_owner bytea`,
]
