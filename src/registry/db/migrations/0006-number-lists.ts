/** Snapshots and deltas of the lists, as they were signed. `from_size` is null for a snapshot. */
export const numberLists: readonly string[] = [
  `create table if not exists number_lists (
    list bigint not null,
    kind text not null,
    size bigint not null,
    from_size bigint,
    head text not null,
    bytes bytea not null,
    note text not null,
    at_ms bigint not null,
    primary key (list, kind, size)
  )`,
]
