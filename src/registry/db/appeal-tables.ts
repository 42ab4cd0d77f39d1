import type { Bytes, Int8, Int8OrNull } from './column-types.ts'

export type AppealState = 'waiting' | 'granted' | 'refused'

/** Whoever holds a phone that is held or locked says that it is his: one row for each force that is asked. */
interface AppealsTable {
  id: string
  /** Like SM-7Q4K-2M9X; the same in both rounds. */
  reference: string
  /** 1: the force that blocked it. 2: another one, after a refusal. */
  round: Int8
  secret_hash: Bytes
  subject_id: string
  /** The hold or lock that it is about. */
  of_index: Int8
  force: string
  statement: string
  /** Where an officer reaches the holder; may be empty, and no owner ever sees it. */
  reach: string
  at_ms: Int8
  deadline_ms: Int8
  /** When an officer had read the holder's side: before he sees the owner's. */
  heard_ms: Int8OrNull
  state: AppealState
  /** A human's own words, for the holder. */
  reason: string | null
  officer: string | null
  decided_ms: Int8OrNull
}

export interface AppealSchema {
  appeals: AppealsTable
}
