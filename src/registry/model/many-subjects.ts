import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Imei14 } from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'
import { subjectById, type Subject } from './subjects.ts'

/** The subjects of many numbers in a handful of statements; bare numbers are made on demand. */
export async function subjectsForImeis(
  db: Kysely<Schema>,
  imeis: readonly Imei14[],
): Promise<Map<Imei14, Subject>> {
  const found = new Map<Imei14, Subject>()
  const wanted = [...new Set(imeis)]
  if (wanted.length === 0) return found
  const enrolled = await db
    .selectFrom('device_imeis')
    .innerJoin('subjects', 'subjects.device_id', 'device_imeis.device_id')
    .select(['device_imeis.imei14', 'subjects.id'])
    .where('device_imeis.imei14', 'in', wanted)
    .execute()
  for (const row of enrolled) found.set(row.imei14 as Imei14, await subjectById(db, row.id))
  const bare = wanted.filter((imei) => !found.has(imei))
  if (bare.length === 0) return found
  await db
    .insertInto('subjects')
    .values(bare.map((imei14) => ({ id: randomUUID(), device_id: null, imei14 })))
    .onConflict((conflict) => conflict.column('imei14').doNothing())
    .execute()
  const rows = await db
    .selectFrom('subjects')
    .select(['id', 'imei14', 'ctr_floor'])
    .where('imei14', 'in', bare)
    .execute()
  for (const { id, imei14, ctr_floor } of rows) {
    const imei = imei14 as Imei14
    found.set(imei, {
      id,
      ids: { dak: null, imeis: [imei], serial: null },
      owner: null,
      model: null,
      ctrFloor: Number(ctr_floor),
    })
  }
  return found
}
