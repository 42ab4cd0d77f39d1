import {
  decodeCbor,
  demand,
  equal,
  lapse,
  parseCoseKey,
  thumbprint,
  type Eat,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { foldInForce, ordersOf, type KnownOrder } from '../model/orders.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'
import { noteMisfit } from './attested-clones.ts'

/** The phone's device, the orders about it that are in force, and what they come to. */
export async function lookUp(
  context: Context,
  eat: Eat,
): Promise<{
  subject: Subject
  orders: readonly KnownOrder[]
  state: State
  /** The log says that its protection was switched off. */
  isOff: boolean
}> {
  const { db, sequencer } = context
  const id = thumbprint(eat.dak)
  const subject = await subjectForDevice(db, id)
  const row = await db
    .selectFrom('devices')
    .select(['dak', 'unprotected_index'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const enrolled = parseCoseKey(decodeCbor(new Uint8Array(row.dak)))
  demand(equal(enrolled.x, eat.dak.x), 'attestation-needed', 'another key was enrolled')
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const { orders, device } = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const { state } = lapse(device, Math.floor(sequencer.now() / 1000))
  return { subject, orders, state, isOff: row.unprotected_index !== null }
}

/** An enrolled phone that wears a number which is not its own wears somebody else's. */
export function noteAltered(
  context: Context,
  { dak, imeis }: Eat,
  { ids }: Subject,
  country?: string,
): Promise<void> {
  const foreign = imeis.filter((imei) => !ids.imeis.includes(imei))
  const where = country === undefined ? {} : { country }
  return noteMisfit(context, { device: thumbprint(dak), why: 'altered', imeis: foreign, ...where })
}
