/** Browsers to which notices go, and what is on its way to them: a row of the outbox for each. */
export const push: readonly string[] = [
  `create table if not exists push_subscriptions (
    id uuid primary key,
    account_id uuid not null,
    endpoint text not null unique,
    p256dh text not null,
    auth text not null,
    label text not null,
    at_ms bigint not null
  )`,
  `create index if not exists push_subscriptions_by_account on push_subscriptions (account_id)`,
  `alter table outbox alter column mail drop not null`,
  `alter table outbox add column if not exists push_id uuid`,
]
