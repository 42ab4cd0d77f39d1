/** What owners of phones that nobody enrolled ask of an officer. */
export const requests: readonly string[] = [
  `create table if not exists requests (
    id uuid primary key,
    reference text not null unique,
    at_ms bigint not null,
    why bigint not null,
    name text not null,
    number text not null,
    operator text not null,
    happened text not null,
    reach text not null,
    imei14 text,
    state text not null,
    own text,
    case_id uuid,
    reason text,
    answered_ms bigint
  )`,
  `create index if not exists requests_by_state on requests (state, at_ms)`,
  `create index if not exists requests_by_number on requests (number)`,
  `create index if not exists requests_by_case on requests (case_id)`,
]
