/** Of what a page or a force's desk asks for again and again. */
export const indexes: readonly string[] = [
  `create index if not exists drafts_by_subject on drafts (subject_id)`,
  `create index if not exists drafts_collecting on drafts (case_id) where state = 'collecting'`,
  `create index if not exists reports_by_subject on reports (subject_id, hold_index)`,
]
