import { demand, type Imei14 } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { audit } from '../model/audit.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { compose, composing } from '../model/compose.ts'
import { ordersOf } from '../model/orders.ts'
import { recordedKeys } from '../model/recorded-keys.ts'
import { subjectById, subjectIdsOfPhone, type Subject } from '../model/subjects.ts'
import { keepDraft, type Draft } from './drafts.ts'

/**
 * What a recycler asks before he shreds a phone: a draft that he and its owner sign. A phone that is
 * held or stolen gets none, and one without an owner needs an owner-key record first.
 * @throws {Refusal} forbidden; not-found: enrolled nowhere here; wrong-state, owner-key
 */
export async function draftRetirement(
  context: Context,
  caller: Caller,
  wanted: {
    readonly about: { readonly imei: Imei14 } | { readonly serial: string }
    /** Field 11 of the order. */
    readonly why: number
  },
): Promise<Draft> {
  demandRole(caller, 'recycler')
  const { db, sequencer } = context
  const subject = await enrolled(context, wanted.about)
  const orders = (await ordersOf(db, [subject.id])).get(subject.id) ?? []
  const now = Math.floor(sequencer.now() / 1000)
  const using = composing(context, await recordedKeys(context, orders))
  const content = { act: 'retire', auth: caller.sub, why: wanted.why } as const
  const composed = compose(content, subject, orders, now, using)
  const about = { subjectId: subject.id, caseId: null, proposedBy: caller.sub }
  const id = await keepDraft(context, composed, about)
  await audit(context, caller, 'draft.retire', { subjectId: subject.id })
  return { id, act: 'retire', payload: composed.payload, opening: composed.opening }
}

/** @throws {Refusal} not-found */
async function enrolled(
  { db }: Context,
  about: { readonly imei: Imei14 } | { readonly serial: string },
): Promise<Subject> {
  const ids = await subjectIdsOfPhone(db, about)
  const subjects = await Promise.all(ids.map((id) => subjectById(db, id)))
  const subject = subjects.find(({ ids: { dak } }) => dak !== null)
  demand(subject !== undefined, 'not-found', 'no phone is enrolled under this')
  return subject
}
