/**
 * Numbers in conflict and honest pairs: what opens each record of the log, null once it is erased, so
 * that a row that is missing for another reason is noticed; and records that wait for signatures.
 */
export const identities: readonly string[] = [
  `create table if not exists identity_openings (
    log_index bigint primary key,
    imei14 text,
    opening bytea
  )`,
  `create index if not exists identity_openings_by_imei on identity_openings (imei14)`,
  `create table if not exists identity_drafts (
    id uuid primary key,
    case_id uuid not null,
    imei14 text not null,
    form text not null,
    payload bytea not null,
    opening bytea,
    signatures jsonb not null,
    log_index bigint,
    at_ms bigint not null
  )`,
  `create index if not exists identity_drafts_by_case on identity_drafts (case_id)`,
  `create index if not exists identity_drafts_by_imei on identity_drafts (imei14)`,
]
