import { randomUUID } from 'node:crypto'
import { lapse } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { ordersOf, stateLogged } from '../../model/orders.ts'
import { subjectForDevice } from '../../model/subjects.ts'
import { firstForce } from '../../model/intakes.ts'

/** What the owner was made to do. */
export type ThreatenedAct = 'take-back' | 'return' | 'request' | 'words'

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
  const { db, sequencer, surroundings } = context
  const subject = await subjectForDevice(db, device)
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const { outstanding } = lapse(stateLogged(orders, sequencer.ledger), now)
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

/** What a threatened owner's pages say instead of what is true. Ms. */
export interface Veil {
  readonly at: number
  readonly act: 'take-back' | 'return'
}

/** Whether this hold or lock looks undone on its owner's pages; null: they say what is true. */
export async function veilOver(
  { db }: Pick<Context, 'db'>,
  device: Uint8Array | null,
  outstanding: { readonly index: number } | null,
): Promise<Veil | null> {
  if (outstanding === null || device === null) return null
  const row = await db
    .selectFrom('threats')
    .select(['at_ms', 'act'])
    .where('device_id', '=', device)
    .where('of_index', '=', BigInt(outstanding.index))
    .where('act', 'in', ['take-back', 'return'])
    .where('is_lifted', '=', 0n)
    .orderBy('at_ms')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : { at: Number(row.at_ms), act: row.act as Veil['act'] }
}

/** The owner is safe, and says so by locking the phone that looks open to him. @returns whether anything was veiled */
export async function liftVeil({ db }: Context, device: Uint8Array): Promise<boolean> {
  const lifted = await db
    .updateTable('threats')
    .set({ is_lifted: 1 })
    .where('device_id', '=', device)
    .where('act', 'in', ['take-back', 'return'])
    .where('is_lifted', '=', 0n)
    .executeTakeFirst()
  return lifted.numUpdatedRows > 0n
}
