import {
  decodeCbor,
  lapse,
  parseCoseKey,
  type DonorStanding,
  type ReleasingPhone,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { frontiersOf } from '../../log/published.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'
import { subjectById } from '../../model/subjects.ts'

/** The phone that has a part, as its own orders leave it. */
export interface Donor {
  readonly subjectId: string
  readonly standing: DonorStanding
  readonly phone: ReleasingPhone
}

/** Null: no phone of this key was enrolled here. `id`: thumbprint of its key. */
export async function donorOf(context: Context, id: Uint8Array): Promise<Donor | null> {
  const { db } = context
  const row = await db
    .selectFrom('devices')
    .innerJoin('subjects', 'subjects.device_id', 'devices.id')
    .select(['devices.dak', 'subjects.id as subject_id'])
    .where('devices.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  const { owner } = await subjectById(db, row.subject_id)
  const standing = await standingOf(context, row.subject_id)
  const dak = parseCoseKey(decodeCbor(new Uint8Array(row.dak)))
  return {
    subjectId: row.subject_id,
    standing,
    phone: { dak, owner, state: standing.state },
  }
}

async function standingOf(
  { db, sequencer }: Pick<Context, 'db' | 'sequencer'>,
  subjectId: string,
): Promise<DonorStanding> {
  const orders = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const folded = foldInForce(orders, frontiersOf(sequencer.published), sequencer.ledger)
  const { state, outstanding } = lapse(folded.device, Math.floor(sequencer.now() / 1000))
  return {
    state,
    authority: outstanding?.auth ?? null,
    index: outstanding?.index ?? null,
    until: state === 'held' ? (outstanding?.exp ?? null) : null,
  }
}
