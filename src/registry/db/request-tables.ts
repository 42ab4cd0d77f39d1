import type { Int8, Int8OrNull } from './column-types.ts'

export type RequestState = 'waiting' | 'taken' | 'refused'

/** What the owner of a phone that nobody enrolled asks of an officer: no order comes of it by itself. */
interface RequestsTable {
  id: string
  /** Like SM-7Q4K-2M9X. */
  reference: string
  at_ms: Int8
  why: Int8
  name: string
  /** Of the phone's SIM, its digits alone. */
  number: string
  /** Whoever that number is with. */
  operator: string
  /** When it happened, in the owner's words. */
  happened: string
  /** Where an officer reaches the owner; may be empty. */
  reach: string
  /** As the owner says; null where he does not know it. */
  imei14: string | null
  state: RequestState
  /** How the officer obtained the number of the phone. */
  own: 'operator' | 'in-person' | null
  case_id: string | null
  /** Why it was refused. */
  reason: string | null
  answered_ms: Int8OrNull
}

export interface RequestSchema {
  requests: RequestsTable
}
