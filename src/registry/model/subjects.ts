import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import {
  demand,
  parseCoseKey,
  decodeCbor,
  parseImei14,
  type DeviceIds,
  type Imei14,
  type PublicKey,
} from '../../core/index.ts'
import type { Schema } from '../db/tables.ts'

type Db = Kysely<Schema> | Transaction<Schema>

/** What orders are about: an enrolled device, or a bare number that nobody enrolled. */
export interface Subject {
  readonly id: string
  readonly ids: DeviceIds
  /** The owner's key, where the device has one. */
  readonly owner: PublicKey | null
  readonly model: string | null
  /** Counter of the last order that was erased; 0 where none was. */
  readonly ctrFloor: number
}

/** The subject with this id. @throws {Refusal} not-found */
export async function subjectById(db: Db, id: string): Promise<Subject> {
  const row = await db.selectFrom('subjects').selectAll().where('id', '=', id).executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no such device')
  const ctrFloor = Number(row.ctr_floor)
  return row.device_id
    ? { ...(await deviceSubject(db, row.id, new Uint8Array(row.device_id))), ctrFloor }
    : { ...numberSubject(row.id, row.imei14), ctrFloor }
}

type Unnumbered = Omit<Subject, 'ctrFloor'>

async function deviceSubject(db: Db, id: string, deviceId: Uint8Array): Promise<Unnumbered> {
  const device = await db
    .selectFrom('devices')
    .selectAll()
    .where('id', '=', deviceId)
    .executeTakeFirstOrThrow()
  const imeis = await db
    .selectFrom('device_imeis')
    .select('imei14')
    .where('device_id', '=', deviceId)
    .orderBy('slot')
    .execute()
  return {
    id,
    ids: {
      dak: deviceId,
      imeis: imeis.map((row) => parseImei14(row.imei14)),
      serial: device.serial,
    },
    owner: device.owner_key && parseCoseKey(decodeCbor(new Uint8Array(device.owner_key))),
    model: device.model,
  }
}

function numberSubject(id: string, imei14: string | null): Unnumbered {
  demand(imei14 !== null, 'row-disagrees-with-log', 'a subject that is neither device nor number')
  return {
    id,
    ids: { dak: null, imeis: [parseImei14(imei14)], serial: null },
    owner: null,
    model: null,
  }
}

/** The device enrolled under this number, else the bare number, made on demand. */
export async function subjectForImei(db: Db, imei: Imei14): Promise<Subject> {
  const found = await findByImei(db, imei)
  if (found) return found
  await db
    .insertInto('subjects')
    .values({ id: randomUUID(), device_id: null, imei14: imei })
    .onConflict((conflict) => conflict.column('imei14').doNothing())
    .execute()
  const made = await findByImei(db, imei)
  demand(made !== null, 'unavailable', 'the number could not be kept')
  return made
}

/** The enrolled device before the bare number; null when neither was ever heard of. */
export async function findByImei(db: Db, imei: Imei14): Promise<Subject | null> {
  const row = await db
    .selectFrom('device_imeis')
    .innerJoin('subjects', 'subjects.device_id', 'device_imeis.device_id')
    .select('subjects.id')
    .where('device_imeis.imei14', '=', imei)
    .executeTakeFirst()
  if (row) return subjectById(db, row.id)
  const bare = await db
    .selectFrom('subjects')
    .select('id')
    .where('imei14', '=', imei)
    .executeTakeFirst()
  return bare ? subjectById(db, bare.id) : null
}

/** Every subject a number can mean: the device, and the bare number beside it. */
export async function subjectIdsFor(db: Db, imei: Imei14): Promise<string[]> {
  const devices = db
    .selectFrom('device_imeis')
    .innerJoin('subjects', 'subjects.device_id', 'device_imeis.device_id')
    .select('subjects.id')
    .where('device_imeis.imei14', '=', imei)
  const numbers = db.selectFrom('subjects').select('id').where('imei14', '=', imei)
  const rows = await devices.union(numbers).execute()
  return rows.map((row) => row.id)
}

/**
 * Every subject that a whole phone can be: as `subjectIdsFor` of each of its numbers. One of them may have
 * been locked before the phone was enrolled, or under another number than the one asked for.
 */
export async function subjectIdsOfPhone(
  db: Db,
  what: { readonly imei: Imei14 } | { readonly serial: string },
): Promise<string[]> {
  const phones =
    'serial' in what
      ? db.selectFrom('devices').select('id').where('serial', '=', what.serial)
      : db.selectFrom('device_imeis').select('device_id as id').where('imei14', '=', what.imei)
  const numbers = db.selectFrom('device_imeis').select('imei14').where('device_id', 'in', phones)
  const bare = db.selectFrom('subjects').select('id').where('imei14', 'in', numbers)
  const devices = db.selectFrom('subjects').select('id').where('device_id', 'in', phones)
  const asked = db
    .selectFrom('subjects')
    .select('id')
    .where('imei14', '=', 'imei' in what ? what.imei : null)
  const rows = await devices.union(bare).union(asked).execute()
  return rows.map((row) => row.id)
}

/** The subject of an enrolled device. @throws {Refusal} attestation-needed: no such device */
export async function subjectForDevice(db: Db, deviceId: Uint8Array): Promise<Subject> {
  const row = await db
    .selectFrom('subjects')
    .select('id')
    .where('device_id', '=', deviceId)
    .executeTakeFirst()
  demand(row !== undefined, 'attestation-needed', 'this key was never enrolled')
  return subjectById(db, row.id)
}
