/** How a found phone comes back, and what its owner says while somebody threatens him. */
export const returns: readonly string[] = [
  `create table if not exists returns (
    found_index bigint primary key,
    subject_id uuid not null,
    device_id bytea,
    case_id uuid,
    force text not null,
    at_ms bigint not null,
    way text,
    address text,
    chosen_ms bigint,
    code_hash bytea,
    printed_ms bigint,
    wrong_tries bigint not null default 0,
    wrong_ms bigint not null default 0,
    used_ms bigint,
    handed_ms bigint,
    reminded_ms bigint,
    released_ms bigint
  )`,
  `create index if not exists returns_by_subject on returns (subject_id)`,
  `create index if not exists returns_by_case on returns (case_id)`,
  `create index if not exists returns_by_force on returns (force, at_ms)`,
  // Phones that police have already.
  `insert into returns (found_index, subject_id, device_id, case_id, force, at_ms)
    select o.log_index, o.subject_id, s.device_id, o.case_id, c.force, o.at_ms
    from orders o
    join subjects s on s.id = o.subject_id
    join cases c on c.id = o.case_id
    where o.act = 'found' and not exists (
      select 1 from orders l where l.subject_id = o.subject_id and l.log_index > o.log_index
    )
    on conflict do nothing`,
  `create table if not exists release_vouchers (
    draft_id uuid primary key,
    officer text not null,
    slot bytea not null,
    at_ms bigint not null
  )`,
  `create table if not exists release_requests (
    subject_id uuid not null,
    of_index bigint primary key,
    force text not null,
    text text not null,
    at_ms bigint not null
  )`,
  `create index if not exists release_requests_by_force on release_requests (force, at_ms)`,
  `create table if not exists secret_words (
    device_id bytea primary key,
    own_hash bytea not null,
    threat_hash bytea not null,
    wrong_tries bigint not null default 0,
    wrong_ms bigint not null default 0,
    at_ms bigint not null
  )`,
  `create table if not exists threats (
    id uuid primary key,
    device_id bytea not null,
    subject_id uuid not null,
    act text not null,
    of_index bigint not null,
    force text not null,
    at_ms bigint not null,
    is_lifted bigint not null default 0,
    seen_by text
  )`,
  `create index if not exists threats_by_subject on threats (subject_id)`,
  `create index if not exists threats_by_device on threats (device_id)`,
]
