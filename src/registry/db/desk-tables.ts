import type { Int8, Json } from './column-types.ts'

/** Which officer works on a case, and until when nobody else may. */
interface CaseTakingsTable {
  case_id: string
  /** Name in his certificate. */
  officer: string
  until_ms: Int8
}

/** What an officer saw in the evidence, from a closed list; said before he learns of another's. */
interface CaseViewsTable {
  case_id: string
  officer: string
  view: string
  at_ms: Int8
}

/** Why a case was refused, from a closed list: its owner reads it. */
interface CaseRefusalsTable {
  case_id: string
  officer: string
  reason: string
  at_ms: Int8
}

/** Who said that he knows somebody involved: he does not take that report up. */
interface KnownPeopleTable {
  report_id: string
  officer: string
  at_ms: Int8
}

/** A pattern in an officer's looks, once. */
interface UnusualLooksTable {
  force: string
  officer: string
  why: string
  /** Subject, day since 1970, or case. */
  about: string
  count: Int8
  at_ms: Int8
}

/** A lock taken back as an error: the release that says so, and what two officers signed of it. */
interface CorrectionsTable {
  draft_id: string
  case_id: string
  /** COSE_Signature by 1 and 2. */
  signatures: Json
  at_ms: Int8
}

/** What an officer says was wrong with it, from a closed list; said before he learns of another's. */
interface CorrectionViewsTable {
  draft_id: string
  officer: string
  reason: string
  at_ms: Int8
}

export interface DeskSchema {
  known_people: KnownPeopleTable
  unusual_looks: UnusualLooksTable
  corrections: CorrectionsTable
  correction_views: CorrectionViewsTable
  case_takings: CaseTakingsTable
  case_views: CaseViewsTable
  case_refusals: CaseRefusalsTable
}
