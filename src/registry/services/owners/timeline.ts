import { RELEASED_TO } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { foldInForce, ordersOf, type KnownOrder } from '../../model/orders.ts'
import { subjectById } from '../../model/subjects.ts'
import { networksTold } from '../registers.ts'
import { returnOf } from '../returns/found-return.ts'
import { keysRecorded } from '../returns/keys-recorded.ts'
import { SILENT_MS } from '../returns/reminders.ts'
import { veilsOf, type Veil } from '../returns/threats.ts'
import { sightingsOf } from '../sightings.ts'

/** One thing that happened. Times in ms; `leaf` is where the log says so, null where it does not. */
export interface Happened {
  readonly at: number
  readonly leaf: number | null
  readonly what:
    | { readonly kind: 'held' | 'withdrawn' | 'lapsed' | 'returned' | 'in-error' | 'retired' }
    | { readonly kind: 'with-police' | 'confirmed' | 'found'; readonly force: string }
    | { readonly kind: 'refused'; readonly force: string; readonly reason: string }
    | { readonly kind: 'networks'; readonly told: number; readonly of: number }
    | { readonly kind: 'seen'; readonly country: string; readonly how: string }
    | { readonly kind: 'overdue'; readonly promised: number }
    | { readonly kind: 'owner-key'; readonly from: number }
    | { readonly kind: 'posted' | 'silent' }
}

/** By when police look at a report, after it was made. */
export const PROMISED_MS = 24 * 3_600_000

/**
 * Everything that may be told of a report, newest first. Where the phone was seen is told to its owner
 * alone: whoever holds the card may be somebody the owner hides from.
 * @throws {Refusal} not-found
 */
export async function timelineOf(
  context: Context,
  report: {
    readonly id: string
    readonly subjectId: string
    readonly reportedAt: number
    readonly holdIndex: number
  },
  { seesPlaces }: { readonly seesPlaces: boolean },
): Promise<readonly Happened[]> {
  const { db, sequencer } = context
  const subject = await subjectById(db, report.subjectId)
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const { orders, device } = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  // What was before this report was told to whoever made that one.
  const own = orders.filter(({ index }) => index >= report.holdIndex)
  const seen = seesPlaces ? await sightingsOf(context, subject) : []
  const happened = [
    ...own.flatMap(happenedBy),
    ...lapsed(own, sequencer.now()),
    ...(await networks(context, own)),
    ...(await withPolice(context, report, own)),
    ...(await ownerKeys(context, own)),
    ...(await returning(context, report.subjectId)),
    ...seen
      .filter(({ at }) => at >= report.reportedAt)
      .map(({ at, country, how }) => ({
        at,
        leaf: null,
        what: { kind: 'seen' as const, country, how },
      })),
  ]
  const veils = (await veilsOf(context, subject.ids.dak)).filter(
    ({ of }) => of >= report.holdIndex && !own.some(isReleaseOf(of)),
  )
  const now = veils.find(({ of }) => of === device.outstanding?.index)
  // Police locked what seemed undone: both stay in what is told.
  const earlier = veils.filter(({ of }) => of !== device.outstanding?.index).map(pretended)
  const told = [...earlier, ...(now === undefined ? happened : veiled(happened, now))]
  return told.toSorted((a, b) => b.at - a.at)
}

/** What becomes moot with a release. */
const MOOT: readonly Happened['what']['kind'][] = ['overdue', 'posted', 'silent']

const isReleaseOf =
  (of: number) =>
  ({ order }: KnownOrder) =>
    order.act === 'release' && order.of === of

const PRETENDED = { 'take-back': 'withdrawn', return: 'returned', error: 'in-error' } as const

/** What was not done, as it would be told. */
function pretended({ at, act }: Veil): Happened {
  return { at, leaf: null, what: { kind: PRETENDED[act] } }
}

/** As if the owner's act under threat had been done, for whoever reads over his shoulder. */
function veiled(happened: readonly Happened[], veil: Veil): readonly Happened[] {
  const { at } = veil
  const before = happened.filter(
    (one) => one.what.kind === 'networks' || (one.at <= at && !MOOT.includes(one.what.kind)),
  )
  return [
    ...before.map((one) =>
      one.what.kind === 'networks' ? { ...one, at: Math.max(one.at, at + 1) } : one,
    ),
    pretended(veil),
  ]
}

const UNDONE: Readonly<Record<number, 'withdrawn' | 'in-error'>> = {
  [RELEASED_TO.holdWithdrawn]: 'withdrawn',
  [RELEASED_TO.issuedInError]: 'in-error',
}

function happenedBy({ index: leaf, t: at, order }: KnownOrder): Happened[] {
  switch (order.act) {
    case 'hold':
      return [{ at, leaf, what: { kind: 'held' } }]
    case 'lock':
      return [{ at, leaf, what: { kind: 'confirmed', force: order.auth } }]
    case 'found':
      return [{ at, leaf, what: { kind: 'found', force: order.auth } }]
    case 'release':
      // Without its entry: under threat there is none, and nobody who looks on may see the difference.
      return [{ at, leaf: null, what: { kind: UNDONE[order.to ?? 0] ?? 'returned' } }]
    case 'retire':
      return [{ at, leaf, what: { kind: 'retired' } }]
    default:
      return []
  }
}

/** A hold that nothing followed ends by itself, and no entry of the log says so. */
function lapsed(orders: readonly KnownOrder[], now: number): Happened[] {
  const last = orders.at(-1)
  if (last?.order.act !== 'hold' || last.order.exp * 1000 > now) return []
  return [{ at: last.order.exp * 1000, leaf: null, what: { kind: 'lapsed' } }]
}

/** How many registers have said that they enforce the newest order, of all that ever said anything. */
async function networks(context: Context, orders: readonly KnownOrder[]): Promise<Happened[]> {
  const newest = orders.at(-1)
  if (newest === undefined) return []
  const { told, of, heardAt } = await networksTold(context, newest.index)
  if (of === 0) return []
  // After what they were told, always.
  const at = Math.max(newest.t + 1, heardAt)
  return [{ at, leaf: null, what: { kind: 'networks', told, of } }]
}

async function withPolice(
  { db, sequencer }: Context,
  report: { readonly id: string; readonly reportedAt: number },
  orders: readonly KnownOrder[],
): Promise<Happened[]> {
  const cases = await db
    .selectFrom('cases')
    .leftJoin('case_refusals', 'case_refusals.case_id', 'cases.id')
    .select(['cases.force', 'cases.at_ms', 'case_refusals.reason'])
    .select('case_refusals.at_ms as refused_ms')
    .where('report_id', '=', report.id)
    .orderBy('cases.at_ms')
    .execute()
  const taken = cases.flatMap(({ force, at_ms, reason, refused_ms }): Happened[] => [
    { at: Number(at_ms), leaf: null, what: { kind: 'with-police', force } },
    ...(reason === null
      ? []
      : [
          { at: Number(refused_ms), leaf: null, what: { kind: 'refused' as const, force, reason } },
        ]),
  ])
  const promised = report.reportedAt + PROMISED_MS
  const isRefused = cases.some(({ reason }) => reason !== null)
  const isDecided =
    isRefused || orders.some(({ order }) => order.act === 'lock' || order.act === 'release')
  if (isDecided || sequencer.now() <= promised) return taken
  return [...taken, { at: promised, leaf: null, what: { kind: 'overdue', promised } }]
}

/** New keys for an owner who lost his: each counts from a date. */
async function ownerKeys(context: Context, orders: readonly KnownOrder[]): Promise<Happened[]> {
  const recorded = await keysRecorded(
    context,
    orders.map(({ index }) => index),
  )
  return recorded.map(({ leaf, at, from }) => ({ at, leaf, what: { kind: 'owner-key', from } }))
}

/** What becomes of a found phone until it is released. */
async function returning(context: Context, subjectId: string): Promise<Happened[]> {
  const found = await returnOf(context, subjectId)
  if (found === null || found.releasedAt !== null) return []
  const isSilent = found.way === null && context.sequencer.now() >= found.at + SILENT_MS
  const isPosted = found.way === 'post' && found.handedAt !== null
  return [
    ...(isPosted ? [{ at: found.handedAt, leaf: null, what: { kind: 'posted' as const } }] : []),
    ...(isSilent
      ? [{ at: found.at + SILENT_MS, leaf: null, what: { kind: 'silent' as const } }]
      : []),
  ]
}
