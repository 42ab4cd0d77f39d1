import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Imei14 } from '../../core/index.ts'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { audit } from '../model/audit.ts'
import { firstForce } from '../model/intakes.ts'
import { lockedState } from '../model/locked-state.ts'
import { subjectForImei, subjectIdsFor } from '../model/subjects.ts'

/**
 * Why a case was opened that signals opened: no crime. No order is drafted in it, since a lock would hit
 * the honest owner of a copied number first; an officer who knows of a crime opens a case of his own.
 */
export const WHY_CLONE = 0

const REFERENCE = 'clone signal'
const OVER = ['withdrawn', 'refused'] as const
const KEPT_MS = 90 * 86_400_000

/**
 * Opens a case about a number that seems to be worn by several phones, unless police work on one: of any force,
 * since the signals stand in each case about the number. It is the registry's first force's, as a
 * report is that names none.
 */
export async function openCloneCase(
  context: Context,
  trx: Transaction<Schema>,
  imei14: Imei14,
): Promise<void> {
  const { surroundings } = context
  const force = firstForce(context)
  if (force === null) return
  if (await hasCase(context, trx, imei14)) return
  const subject = await subjectForImei(trx, imei14)
  const id = randomUUID()
  await trx
    .insertInto('cases')
    .values({
      id,
      force,
      crime_reference: REFERENCE,
      case_salt: surroundings.random(32),
      subject_id: subject.id,
      why: WHY_CLONE,
      state: 'open',
      batch_id: null,
      row_no: null,
      report_id: null,
      at_ms: surroundings.clock(),
    })
    .execute()
  const about = { caseId: id, subjectId: subject.id }
  await audit({ db: trx, surroundings }, { sub: 'registry' }, 'case.open', about)
}

/** Whether police work on this number: on a case that is open, or one whose lock stands. */
async function hasCase(
  { sequencer }: Context,
  trx: Transaction<Schema>,
  imei14: Imei14,
): Promise<boolean> {
  const subjectIds = await subjectIdsFor(trx, imei14)
  if (subjectIds.length === 0) return false
  const rows = await trx
    .selectFrom('cases')
    .select('state')
    .distinct()
    .where('subject_id', 'in', subjectIds)
    .where('state', 'not in', [...OVER])
    .execute()
  if (rows.some(({ state }) => state !== 'locked')) return true
  return rows.length > 0 && (await lockedState({ db: trx, sequencer }, imei14)) !== null
}

/**
 * Forgets signals of 90 days ago that led to nothing, and the cases they opened: most numbers seen twice
 * were nobody's crime. Where an officer opened a case or recorded something, they stay as evidence.
 */
export async function forgetCloneSignals({ db, surroundings }: Context): Promise<void> {
  const since = surroundings.clock() - KEPT_MS
  // Two questions and not one with an `or`, which would look at every case there is for each signal.
  await sql`
    delete from clone_signals c
    where c.last_ms < ${since}
      and not exists (select 1 from identity_drafts d where d.imei14 = c.imei14)
      and not exists (
        select 1 from subjects s join cases a on a.subject_id = s.id
        where s.imei14 = c.imei14 and a.why <> ${WHY_CLONE})
      and not exists (
        select 1 from device_imeis i join subjects s on s.device_id = i.device_id
          join cases a on a.subject_id = s.id
        where i.imei14 = c.imei14 and a.why <> ${WHY_CLONE})`.execute(db)
  await sql`
    delete from cases a
    where a.why = ${WHY_CLONE} and a.at_ms < ${since}
      and not exists (select 1 from identity_drafts d where d.case_id = a.id)
      and not exists (
        select 1 from subjects s left join device_imeis i on i.device_id = s.device_id
          join clone_signals c on c.imei14 in (s.imei14, i.imei14)
        where s.id = a.subject_id)`.execute(db)
}
