import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { ordersOf } from '../../model/orders.ts'
import { subjectById } from '../../model/subjects.ts'
import { statusByReference, type ReportStatus } from '../reports.ts'
import { phoneSeen } from './phones-seen.ts'

/** What is true about a report now, and about the phone itself. Times in ms. */
export interface ReportNow extends ReportStatus {
  readonly id: string
  readonly subjectId: string
  readonly reportedAt: number
  /** When the phone last asked for orders; null: not since it was enrolled. */
  readonly seenAt: number | null
  /** The phone has said under its key that it obeys this report's hold. */
  readonly hasOrder: boolean
}

/** @throws {Refusal} not-found: erased meanwhile */
export async function reportNow(context: Context, id: string): Promise<ReportNow> {
  const { db } = context
  const report = await db.selectFrom('reports').selectAll().where('id', '=', id).executeTakeFirst()
  demand(report !== undefined, 'not-found', 'no such report')
  const status = await statusByReference(context, report.reference)
  const { ids } = await subjectById(db, report.subject_id)
  const orders = (await ordersOf(db, [report.subject_id])).get(report.subject_id) ?? []
  const hold = orders.find(({ index }) => index === status.holdIndex)
  const seen = ids.dak && (await phoneSeen(context, ids.dak))
  return {
    ...status,
    id,
    subjectId: report.subject_id,
    reportedAt: Number(report.at_ms),
    seenAt: seen?.at ?? null,
    hasOrder: hold !== undefined && (seen?.ctr ?? -1) >= hold.order.ctr,
  }
}

/** How long a page waits for the phone's own answer, and how often it looks. */
const PATIENCE_MS = 3_000
const LOOK_MS = 150

/** The same, once the phone has had its hold, or after three seconds. @throws {Refusal} not-found */
export async function reportOncePhoneKnows(context: Context, id: string): Promise<ReportNow> {
  for (const end = performance.now() + PATIENCE_MS; ;) {
    const now = await reportNow(context, id)
    if (now.hasOrder || now.state !== 'held' || performance.now() > end) return now
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
