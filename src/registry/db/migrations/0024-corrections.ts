/** Locks that a force takes back as its own error: what two officers signed before their force and the owner do. */
export const corrections: readonly string[] = [
  `create table if not exists corrections (
    draft_id uuid primary key,
    case_id uuid not null,
    signatures jsonb not null,
    at_ms bigint not null
  )`,
  `create index if not exists corrections_by_case on corrections (case_id, at_ms)`,
  `create table if not exists correction_views (
    draft_id uuid not null,
    officer text not null,
    reason text not null,
    at_ms bigint not null,
    primary key (draft_id, officer)
  )`,
]
