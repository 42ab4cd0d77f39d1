import { sql } from 'kysely'

/** Of a draft: not a lock taken back as an error, which two officers sign on pages of its own. */
export const IS_NO_CORRECTION = sql<boolean>`not exists (
  select 1 from corrections where corrections.draft_id = drafts.id
)`
