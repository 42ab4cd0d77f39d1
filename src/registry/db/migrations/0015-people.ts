/** Who signs in to the pages, and with what. */
export const people: readonly string[] = [
  `create table if not exists accounts (
    id uuid primary key,
    kind text not null,
    name text not null,
    at_ms bigint not null
  )`,
  `create table if not exists passkeys (
    credential text primary key,
    account_id uuid not null,
    key bytea not null,
    thumbprint bytea not null,
    counter bigint not null,
    label text not null,
    at_ms bigint not null
  )`,
  `create index if not exists passkeys_by_account on passkeys (account_id)`,
  `create index if not exists passkeys_by_thumbprint on passkeys (thumbprint)`,
  `create table if not exists sessions (
    id bytea primary key,
    account_id uuid not null,
    at_ms bigint not null,
    seen_ms bigint not null
  )`,
  `create index if not exists sessions_by_account on sessions (account_id)`,
]
