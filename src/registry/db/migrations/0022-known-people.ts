/** Officers who know somebody involved, and so do not take a report up. */
export const knownPeople: readonly string[] = [
  `create table if not exists known_people (
    report_id uuid not null,
    officer text not null,
    at_ms bigint not null,
    primary key (report_id, officer)
  )`,
]
