/** What holders of held or stolen phones ask of the force that blocked them; one row a round. */
export const appeals: readonly string[] = [
  `create table if not exists appeals (
    id uuid primary key,
    reference text not null,
    round bigint not null,
    secret_hash bytea not null,
    subject_id uuid not null,
    of_index bigint not null,
    force text not null,
    statement text not null,
    reach text not null,
    at_ms bigint not null,
    deadline_ms bigint not null,
    heard_ms bigint,
    state text not null,
    reason text,
    officer text,
    decided_ms bigint,
    unique (reference, round)
  )`,
  `create index if not exists appeals_by_force on appeals (force, state, deadline_ms)`,
  `create index if not exists appeals_by_subject on appeals (subject_id)`,
]
