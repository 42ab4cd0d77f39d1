import {
  Fields,
  GATE_LANGUAGES,
  MESSAGES,
  STATES,
  asArray,
  asBytes,
  asText,
  asUint,
  checkReference,
  decodeCbor,
  decodeContact,
  demand,
  encodeCbor,
  encodeContact,
  parsePartType,
  type BoundPart,
  type CborValue,
  type HeldPartList,
  type Message,
  type Outstanding,
} from '../core/index.ts'
import type { SaidWords, StoreRecord } from './secure-store.ts'

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
      ...(record.contact ? [[18, encodeContact(record.contact)] as const] : []),
      ...(record.message === MESSAGES[0] ? [] : [[19, MESSAGES.indexOf(record.message)] as const]),
      ...(record.words ? [[20, encodeWords(record.words)] as const] : []),
      [14, record.isProtected ? 1 : 0],
      [17, record.ownedSince],
      ...partFields(record),
    ]),
  )
}

/** Left out where there is nothing to say: phones without such parts have the records they always had. */
function partFields({ parts, partList }: StoreRecord): readonly (readonly [number, CborValue])[] {
  return [
    ...(parts === null
      ? []
      : [[15, parts.map(({ type, part, binding }) => [type, part, binding])] as const]),
    ...(partList === null ? [] : [[16, [partList.treeSize, partList.hash]] as const]),
  ]
}

function encodeWords({ at, said }: SaidWords): CborValue {
  if (said === null) return [at]
  const { message, language, reference } = said
  return [at, MESSAGES.indexOf(message), language && GATE_LANGUAGES.indexOf(language), reference]
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
  const [lapsed, isProtected] = [fields.uint(5), fields.uint(14)]
  demand(lapsed <= 1 && isProtected <= 1, 'malformed', 'expected 0 or 1')
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
    contact: fields.has(18) ? decodeContact(fields.take(18)) : null,
    message: fields.has(19) ? decodeMessage(fields.take(19)) : MESSAGES[0],
    words: fields.has(20) ? decodeWords(fields.take(20)) : null,
    isProtected: isProtected === 1,
    ownedSince: orNull(fields.take(17), (value) => asUint(value)),
    parts: fields.has(15) ? fields.array(15).map(decodePart) : null,
    partList: fields.has(16) ? decodeHeldList(fields.array(16, 2)) : null,
  }
  fields.done()
  return record
}

function decodeMessage(value: CborValue): Message {
  const message = MESSAGES[asUint(value)]
  demand(message !== undefined && message !== MESSAGES[0], 'malformed', 'no such message')
  return message
}

function decodeWords(value: CborValue | undefined): SaidWords {
  const items = asArray(value)
  const at = asUint(items[0])
  if (items.length === 1) return { at, said: null }
  const [, spoken, tongue, reference] = asArray(value, 4)
  const message = MESSAGES[asUint(spoken)]
  const language = orNull(tongue, (place) => GATE_LANGUAGES[asUint(place)])
  demand(message !== undefined && language !== undefined, 'malformed', 'no such words')
  const quoted = orNull(reference, (text) => checkReference(asText(text, 12)))
  return { at, said: { message, language, reference: quoted } }
}

function decodePart(value: CborValue): BoundPart {
  const [type, part, binding] = asArray(value, 3)
  return { type: parsePartType(type), part: asBytes(part, 32), binding: asBytes(binding, 32) }
}

function decodeHeldList([treeSize, hash]: readonly CborValue[]): HeldPartList {
  return { treeSize: asUint(treeSize), hash: asBytes(hash, 32) }
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
