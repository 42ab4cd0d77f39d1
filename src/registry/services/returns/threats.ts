import { randomUUID } from 'node:crypto'
import { demand, lapse } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { ordersOf, stateLogged } from '../../model/orders.ts'
import { firstForce } from '../../model/intakes.ts'
import { subjectForDevice, type Subject } from '../../model/subjects.ts'

/** What the owner was made to do. */
export type ThreatenedAct = 'take-back' | 'return' | 'error' | 'request' | 'words'

/** Those that seem done afterwards. */
const VEILING = ['take-back', 'return', 'error'] as const

/** Real or pretended, both take as long: a stopwatch tells nothing (ms). */
export const STEADY_MS = 2_500

/**
 * The owner is threatened: nothing is done, and the police of his case are told. Until the order ends that he was
 * to undo, or he says that he is safe, his pages say that it was done.
 */
export async function noteThreat(
  context: Context,
  { device, act }: { readonly device: Uint8Array; readonly act: ThreatenedAct },
): Promise<void> {
  const { db, surroundings } = context
  const subject = await subjectForDevice(db, device)
  const outstanding = await outstandingOf(context, subject.id)
  await db
    .insertInto('threats')
    .values({
      id: randomUUID(),
      device_id: device,
      subject_id: subject.id,
      act,
      of_index: outstanding?.index ?? -1,
      force: forceOf(context, outstanding?.auth),
      at_ms: surroundings.clock(),
      seen_by: null,
    })
    .execute()
}

/** Whose officers see to it: of an intake its force, else the first here. */
export function forceOf(context: Context, auth: string | undefined): string {
  const links = auth === undefined ? [] : context.sequencer.ledger.authorities.named(auth)
  const cert = links.at(-1)?.cert
  if (cert === undefined) return firstForce(context) ?? ''
  return cert.role === 'intake' ? cert.iss : cert.sub
}

/** What a threatened owner's pages say instead of what is true. Ms; `of`: leaf of the hold or lock that seems undone. */
export interface Veil {
  readonly at: number
  readonly act: (typeof VEILING)[number]
  readonly of: number
}

/** Every undoing that a phone's owner was made to pretend, oldest first, until he says that he is safe. */
export async function veilsOf(
  { db }: Pick<Context, 'db'>,
  device: Uint8Array | null,
): Promise<readonly Veil[]> {
  if (device === null) return []
  const rows = await db
    .selectFrom('threats')
    .select(['at_ms', 'act', 'of_index'])
    .where('device_id', '=', device)
    .where('act', 'in', VEILING)
    .where('is_lifted', '=', 0n)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ at_ms, act, of_index }) => ({
    at: Number(at_ms),
    act: act as Veil['act'],
    of: Number(of_index),
  }))
}

/** Whether this hold or lock looks undone on its owner's pages; null: they say what is true. */
export async function veilOver(
  context: Pick<Context, 'db'>,
  device: Uint8Array | null,
  outstanding: { readonly index: number } | null,
): Promise<Veil | null> {
  if (outstanding === null) return null
  return (await veilsOf(context, device)).find(({ of }) => of === outstanding.index) ?? null
}

/** The same of what is in force now. */
export async function veilNow(context: Context, { id, ids }: Subject): Promise<Veil | null> {
  return veilOver(context, ids.dak, await outstandingOf(context, id))
}

/** What seems undone is not undone once more. @throws {Refusal} wrong-state, with `detail` as if it were true */
export async function demandUnveiled(
  context: Context,
  subject: Subject,
  detail: string,
): Promise<void> {
  demand((await veilNow(context, subject)) === null, 'wrong-state', detail)
}

/** The owner is safe, and says so by locking the phone that looks open to him. @returns whether anything was veiled */
export async function liftVeil(context: Context, device: Uint8Array): Promise<boolean> {
  const veil = await veilNow(context, await subjectForDevice(context.db, device))
  if (veil === null) return false
  await context.db
    .updateTable('threats')
    .set({ is_lifted: 1 })
    .where('device_id', '=', device)
    .where('act', 'in', VEILING)
    .where('is_lifted', '=', 0n)
    .execute()
  return true
}

async function outstandingOf({ db, sequencer }: Context, subjectId: string) {
  const orders = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  return lapse(stateLogged(orders, sequencer.ledger), now).outstanding
}
