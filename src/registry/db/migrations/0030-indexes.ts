/** Of what a page or a force's desk asks for again and again; above all what of a force's reports still waits. */
export const indexes: readonly string[] = [
  `alter table reports add column if not exists decided_ms bigint`,
  `update reports set decided_ms = reports.at_ms from cases
    where cases.report_id = reports.id and cases.state in ('locked', 'refused')`,
  `create index if not exists reports_waiting on reports (force, at_ms, id) where decided_ms is null`,
  `create index if not exists drafts_by_subject on drafts (subject_id)`,
  `create index if not exists drafts_collecting on drafts (case_id) where state = 'collecting'`,
  `create index if not exists reports_by_subject on reports (subject_id, hold_index)`,
]
