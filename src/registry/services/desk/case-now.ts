import { lapse, type State } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'
import type { Subject } from '../../model/subjects.ts'
import { lookAtCase, type Case } from '../cases.ts'
import { salesOfCase, type KnownSale } from '../disputes.ts'
import { detailsOf, type ReportDetails } from '../owners/report-details.ts'
import type { Officer } from '../people/officers.ts'
import { registersNow } from '../registers.ts'
import { requestOfCase } from '../requests/look.ts'
import { sightingsOf, type SeenAt } from '../sightings.ts'
import { LOCK_SLOTS, viewsOf, type View } from './decisions.ts'
import { lockDraftOf, type LockDraft } from './officer-signs.ts'
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
  /** Null until this officer has said what he sees. */
  readonly ownView: View | null
  /** Of the officer who proposed; null until this one has said his own. */
  readonly firstView: View | null
}

interface PhoneNow {
  readonly state: State
  /** When the owner's hold ends by itself; null unless one is in force. */
  readonly lapsesAt: number | null
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
    device: (await phoneNow(context, subject.id)).device,
    draft,
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

async function phoneNow(context: Context, subjectId: string) {
  const { db, sequencer } = context
  const logged = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const folded = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const device = lapse(folded.device, Math.floor(sequencer.now() / 1000))
  const exp = device.state === 'held' ? device.outstanding?.exp : undefined
  const lapsesAt = exp === undefined ? null : exp * 1000
  return { logged, device: { state: device.state, lapsesAt } }
}

/** How far the lock of a case has come. */
export interface Progress {
  readonly case: Case
  readonly device: PhoneNow
  readonly officers: number
  /** All have signed, and the log has not taken it. */
  readonly isComplete: boolean
  readonly leaf: number | null
  readonly isWitnessed: boolean
  readonly networks: { readonly told: number; readonly of: number }
}

/** Without the evidence, and so for any officer of the force: but recorded. @throws {Refusal} not-found */
export async function progressOf(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<Progress> {
  const { case: found } = await lookAtCase(context, officer, caseId)
  const { logged, device } = await phoneNow(context, found.subjectId)
  const lock = logged.findLast((one) => one.caseId === caseId && one.order.act === 'lock')
  const draft = await lockDraftOf(context, caseId)
  const leaf = lock?.index ?? null
  const { size, registers } = await registersNow(context)
  const signed = [draft?.proposer, draft?.approver].filter((one) => typeof one === 'string').length
  return {
    case: found,
    device,
    officers: leaf === null ? signed : 2,
    isComplete: draft?.slots.size === LOCK_SLOTS,
    leaf,
    isWitnessed: leaf !== null && size > leaf,
    networks: {
      told: leaf === null ? 0 : registers.filter((one) => one.size > leaf).length,
      of: registers.length,
    },
  }
}
