/** What the police desk keeps. */
export const desk: readonly string[] = [
  `create table if not exists case_takings (
    case_id uuid primary key,
    officer text not null,
    until_ms bigint not null
  )`,
  `create table if not exists case_views (
    case_id uuid not null,
    officer text not null,
    view text not null,
    at_ms bigint not null,
    primary key (case_id, officer)
  )`,
  `create table if not exists case_refusals (
    case_id uuid primary key,
    officer text not null,
    reason text not null,
    at_ms bigint not null
  )`,
  `create index if not exists cases_by_report on cases (report_id)`,
  `create index if not exists reports_by_time on reports (at_ms, id)`,
]
