/** What the owners' pages keep. */
export const owners: readonly string[] = [
  `create table if not exists phones_seen (
    device_id bytea primary key,
    at_ms bigint not null,
    ctr bigint not null
  )`,
  `create table if not exists report_details (
    report_id uuid primary key,
    place text not null,
    how text not null,
    purchase text not null,
    insurer text not null,
    at_ms bigint not null
  )`,
]
