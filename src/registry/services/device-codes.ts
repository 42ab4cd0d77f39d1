import {
  checkDeviceCode,
  decodeCbor,
  demand,
  lapse,
  parseCoseKey,
  parseDeviceCode,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { foldInForce, ordersOf } from '../model/orders.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'

/** A phone on the bench: which one it is, by its own key. */
export interface Scanned {
  readonly subject: Subject
  readonly state: State
  /** The officer's own force's case about it that is not over, if there is one. */
  readonly caseId: string | null
}

/**
 * Which phone shows this code, for an officer who has it in hand. The look is recorded. A code that is
 * glued on or photographed is another phone's: whoever scans compares with the number that is engraved.
 * @throws {Refusal} forbidden · malformed, not-canonical, alg · attestation-needed: no such key ·
 * signature: nobody's code
 */
export async function scanCode(context: Context, caller: Caller, text: string): Promise<Scanned> {
  demandRole(caller, 'officer')
  const { db, sequencer, trust } = context
  const { dak } = parseDeviceCode(text)
  const row = await db.selectFrom('devices').select('dak').where('id', '=', dak).executeTakeFirst()
  demand(row !== undefined, 'attestation-needed', 'this key was never enrolled')
  checkDeviceCode(text, parseCoseKey(decodeCbor(new Uint8Array(row.dak))), trust.verify.es256)
  const subject = await subjectForDevice(db, dak)
  await audit(context, caller, 'device.scan', { subjectId: subject.id })
  const logged = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const { device } = foldInForce(logged, frontiersOf(sequencer.published), sequencer.ledger)
  const own = await db
    .selectFrom('cases')
    .select('id')
    .where('subject_id', '=', subject.id)
    .where('force', '=', caller.iss)
    .where('state', 'in', ['open', 'proposed', 'approved', 'locked'])
    .orderBy('at_ms', 'desc')
    .executeTakeFirst()
  const { state } = lapse(device, Math.floor(sequencer.now() / 1000))
  return { subject, state, caseId: own?.id ?? null }
}
