/** Whose officers looked, and what of it is unusual. */
export const auditTrail: readonly string[] = [
  `alter table audit add column if not exists force text`,
  `update audit set force = regexp_replace(who, '[./][^./]*$', '')
    where force is null and who ~ '[./]'`,
  `create index if not exists audit_by_force on audit (force, at_ms, id)`,
  `create index if not exists audit_by_subject on audit (subject_id)`,
  `create index if not exists audit_by_case on audit (case_id)`,
  `create index if not exists audit_by_officer on audit (who, at_ms, id)`,
  `create index if not exists cases_by_crime_reference on cases (force, crime_reference)`,
  `create table if not exists unusual_looks (
    force text not null,
    officer text not null,
    why text not null,
    about text not null,
    count bigint not null,
    at_ms bigint not null,
    primary key (force, officer, why, about)
  )`,
]
