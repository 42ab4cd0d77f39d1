import { sql } from 'kysely'
import { RELEASED_TO, lapse, parseOrder, type State } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'
import { subjectForDevice } from '../../model/subjects.ts'
import { disputeFor, type OwnersDispute } from '../disputes.ts'
import { draftOf, type Draft } from '../drafts.ts'
import { ownersPhones, type OwnersPhone } from '../owner-waits.ts'
import { devicesOfAccount } from './accounts.ts'
import { asksOf, type Ask } from './asks.ts'
import { policeLooksAt, type PoliceLooks } from './police-looks.ts'
import { protecting, type Protecting } from './protecting.ts'
import { returnOf, type Return } from '../returns/found-return.ts'
import { veilOver } from '../returns/threats.ts'
import { timelineOf, type Happened } from './timeline.ts'

/** A phone as its signed-in owner sees it. */
export interface PhoneOfOwner extends OwnersPhone {
  readonly state: State
  /** Unix seconds; null unless a hold is in force. */
  readonly lapsesAt: number | null
  /** The newest report: its reference, and what has happened since. */
  readonly report: { readonly reference: string; readonly happened: readonly Happened[] } | null
  /** While police have it. */
  readonly returning: Return | null
  /** What police have drafted, and only the owner's passkey completes. */
  readonly releases: readonly (Draft & { readonly isForError: boolean })[]
  /** Which force looked at what police have about it. */
  readonly looks: readonly PoliceLooks[]
  /** What to ask him for now. */
  readonly asks: readonly Ask[]
  /** Null: nobody says that the phone is not his. */
  readonly dispute: OwnersDispute | null
  readonly protecting: Protecting
}

/** The phones of an account, and what is true of each now. */
export async function phonesOfOwner(context: Context, account: string): Promise<PhoneOfOwner[]> {
  const phones = await ownersPhones(context, await devicesOfAccount(context, account))
  return Promise.all(phones.map((phone) => phoneNow(context, phone)))
}

async function phoneNow(context: Context, phone: OwnersPhone): Promise<PhoneOfOwner> {
  const { db, sequencer } = context
  const subject = await subjectForDevice(db, phone.device)
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const folded = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const device = lapse(folded.device, Math.floor(sequencer.now() / 1000))
  const report = await newestReport(context, subject.id)
  const veil = await veilOver(context, phone.device, device.outstanding)
  const state = veil === null ? device.state : 'protected'
  // Where all seems undone police look at nothing.
  const looks = await policeLooksAt(context, subject.id, veil?.at)
  const drafts = await db
    .selectFrom('drafts')
    .selectAll()
    .where('subject_id', '=', subject.id)
    .where('act', '=', 'release')
    .where('case_id', 'is not', null)
    .where('state', '=', 'collecting')
    .where(sql<boolean>`jsonb_exists(signatures, '0')`)
    .orderBy('at_ms')
    .execute()
  return {
    ...phone,
    state,
    lapsesAt: state === 'held' ? (device.outstanding?.exp ?? null) : null,
    report:
      report === undefined
        ? null
        : {
            reference: report.reference,
            happened: await timelineOf(
              context,
              {
                id: report.id,
                subjectId: subject.id,
                reportedAt: Number(report.at_ms),
                holdIndex: Number(report.hold_index),
              },
              { seesPlaces: true },
            ),
          },
    returning: state === 'recovered' ? await returnOf(context, subject.id) : null,
    looks,
    releases: veil === null ? drafts.map(releaseOf) : [],
    asks: await asksOf(context, phone.device),
    dispute: await disputeFor(context, subject),
    protecting: await protecting(context, subject),
  }
}

function releaseOf(row: Parameters<typeof draftOf>[0]) {
  const draft = draftOf(row)
  return { ...draft, isForError: parseOrder(draft.payload).to === RELEASED_TO.issuedInError }
}

/** The last report about a device, whoever made it; undefined where nobody did. */
export function newestReport({ db }: Pick<Context, 'db'>, subjectId: string) {
  return db
    .selectFrom('reports')
    .selectAll()
    .where('subject_id', '=', subjectId)
    .orderBy('hold_index', 'desc')
    .limit(1)
    .executeTakeFirst()
}
