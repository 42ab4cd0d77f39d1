import {
  Fields,
  STATES,
  asArray,
  asBytes,
  asText,
  asUint,
  decodeCbor,
  demand,
  encodeCbor,
  type CborValue,
  type Outstanding,
} from '../core/index.ts'
import type { StoreRecord } from './secure-store.ts'

/** A root document of 16 KiB and what stands beside it. */
export const MAX_RECORD_BYTES = 20_480

/** Deterministic CBOR of a record. */
export function encodeRecord(record: StoreRecord): Uint8Array {
  const { device, last, home } = record
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 1],
      [2, STATES.indexOf(device.state)],
      [3, device.ctr],
      [4, device.outstanding && encodeOutstanding(device.outstanding)],
      [5, record.holdLapsed ? 1 : 0],
      [6, last && [last.auth, last.index]],
      [7, record.owner],
      [8, record.root],
      [9, record.now],
      [10, record.treeSize],
      [11, record.bootCount],
      [12, record.activation],
      [13, home && [home.log, home.authority]],
    ]),
  )
}

function encodeOutstanding(order: Outstanding): CborValue {
  return [order.index, order.act, order.auth, order.foundBy, order.okc, order.exp]
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function decodeRecord(bytes: Uint8Array): StoreRecord {
  const fields = new Fields(decodeCbor(bytes, MAX_RECORD_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected a record of version 1')
  const state = STATES[fields.uint(2)]
  demand(state !== undefined, 'malformed', 'no such state')
  const lapsed = fields.uint(5)
  demand(lapsed <= 1, 'malformed', 'expected 0 or 1')
  const record: StoreRecord = {
    device: {
      state,
      ctr: fields.uint(3),
      outstanding: orNull(fields.take(4), decodeOutstanding),
    },
    holdLapsed: lapsed === 1,
    last: orNull(fields.take(6), (value) => {
      const [auth, index] = asArray(value, 2)
      return { auth: asText(auth), index: asUint(index) }
    }),
    owner: orNull(fields.take(7), (value) => asBytes(value, 32)),
    home: orNull(fields.take(13), (value) => {
      const [log, authority] = asArray(value, 2)
      return { log: asText(log, 256), authority: asText(authority) }
    }),
    root: fields.bytes(8),
    now: fields.uint(9),
    treeSize: fields.uint(10),
    bootCount: fields.uint(11),
    activation: orNull(fields.take(12), (value) => asBytes(value, 32)),
  }
  fields.done()
  return record
}

function decodeOutstanding(value: CborValue): Outstanding {
  const [index, act, auth, foundBy, okc, exp] = asArray(value, 6)
  demand(act === 'hold' || act === 'lock', 'malformed', 'only a hold or a lock is outstanding')
  return {
    index: asUint(index),
    act,
    auth: asText(auth),
    foundBy: orNull(foundBy, (name) => asText(name)),
    okc: orNull(okc, (hash) => asBytes(hash, 32)),
    exp: asUint(exp),
  }
}

function orNull<T>(value: CborValue | undefined, read: (value: CborValue) => T): T | null {
  demand(value !== undefined, 'malformed', 'a value is missing')
  return value === null ? null : read(value)
}
