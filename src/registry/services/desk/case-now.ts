import type { Context } from '../../context.ts'
import type { Subject } from '../../model/subjects.ts'
import { lookAtCase, type Case } from '../cases.ts'
import { salesOfCase, type KnownSale } from '../disputes.ts'
import { detailsOf, type ReportDetails } from '../owners/report-details.ts'
import type { Officer } from '../people/officers.ts'
import { requestOfCase } from '../requests/look.ts'
import { sightingsOf, type SeenAt } from '../sightings.ts'
import { capReached, type CapReached } from './cap-now.ts'
import { isInConflict } from './conflicts.ts'
import { viewsOf, type View } from './decisions.ts'
import { isOver, lockDraftOf, type LockDraft } from './lock-draft.ts'
import { phoneNow, type PhoneNow } from './phone-now.ts'
import { relatedCases, type RelatedCase } from './related.ts'
import { takenCase, takingOf } from './takings.ts'

/** What an officer decides on. Times in ms. */
export interface Evidence {
  readonly case: Case
  readonly subject: Subject
  readonly until: number
  readonly report: {
    readonly reference: string
    readonly proof: string
    readonly at: number
    readonly details: ReportDetails
  } | null
  /** Of an owner without a card, and how an officer obtained the number. */
  readonly request: Awaited<ReturnType<typeof requestOfCase>>
  readonly sales: readonly KnownSale[]
  readonly seen: readonly SeenAt[]
  /** Cases that share a place, a register or a part with this one. */
  readonly related: readonly RelatedCase[]
  readonly device: PhoneNow
  readonly draft: LockDraft | null
  /** The draft continues a hold that is over: it can never be logged, and another takes its place. */
  readonly isStale: boolean
  /** What would stop a lock now. */
  readonly cap: CapReached | null
  /** Several phones wear its number, as the log says. */
  readonly isInConflict: boolean
  /** Null until this officer has said what he sees. */
  readonly ownView: View | null
  /** Of the officer who proposed; null until this one has said his own. */
  readonly firstView: View | null
}

/** A taken case with everything there is about it: a look that is recorded. @throws {Refusal} case-needed, case-taken, not-found */
export async function evidenceOf(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Evidence> {
  await takenCase(context, officer, caseId)
  const { case: found, subject } = await lookAtCase(context, officer, caseId)
  const draft = await lockDraftOf(context, caseId)
  const { device, inForce } = await phoneNow(context, subject.id)
  const views = await viewsOf(context, caseId)
  const ownView = views.find((one) => one.officer === officer.sub)?.view ?? null
  const first = views.find((one) => one.officer === draft?.proposer)?.view ?? null
  return {
    case: found,
    subject,
    until: (await takingOf(context, caseId))?.until ?? 0,
    report: await reportOf(context, found),
    request: await requestOfCase(context, caseId),
    sales: await salesOfCase(context, subject),
    seen: await sightingsOf(context, subject),
    related: await relatedCases(context, officer, subject),
    device,
    draft,
    isStale: draft !== null && isOver(draft, inForce),
    cap: capReached(context, officer),
    isInConflict: await isInConflict(context, subject.ids.imeis),
    ownView,
    firstView: ownView === null ? null : first,
  }
}

async function reportOf(context: Context, { reportId }: Case): Promise<Evidence['report']> {
  if (reportId === null) return null
  const { reference, proof, at_ms } = await context.db
    .selectFrom('reports')
    .select(['reference', 'proof', 'at_ms'])
    .where('id', '=', reportId)
    .executeTakeFirstOrThrow()
  const details = await detailsOf(context, reportId)
  return { reference, proof, at: Number(at_ms), details }
}

/** The phone of a taken case, for whoever goes on looking at its page: one look, recorded once. @throws {Refusal} case-needed, case-taken, not-found */
export async function phoneOfTakenCase(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<PhoneNow> {
  const { subjectId } = await takenCase(context, officer, caseId)
  return (await phoneNow(context, subjectId)).device
}
