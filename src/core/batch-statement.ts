import { toHex } from './bytes.ts'
import { Fields, asArray, asBytes, asText, decodeCbor, encodeCbor, type CborValue } from './cbor.ts'
import { sha256 } from './crypto.ts'
import { parseImei14, parseSerial, parseTac, tacOf, type Imei14, type Tac } from './imei.ts'
import { parsePartType, type PartType } from './parts/part.ts'
import { demand } from './refusal.ts'

/** A maker's word for the phones of one production run: who holds which key and which numbers. */
export interface BatchStatement {
  readonly id: Uint8Array
  readonly tacs: readonly Tac[]
  readonly count: number
  /** RFC 6962 root over the records. */
  readonly root: Uint8Array
  /** Unix seconds. */
  readonly madeAt: number
}

/** One phone of the run; the phone carries it with its path. */
export interface MadeDevice {
  readonly dak: Uint8Array
  readonly imeis: readonly Imei14[]
  /** As engraved; null where nobody vouches for one. */
  readonly serial: string | null
  /** What it was built with, each type once; a phone may have none that holds a key. */
  readonly parts: readonly MadePart[]
}

/** A type and the thumbprint of the part's key, 32 bytes. */
export type MadePart = readonly [type: PartType, thumbprint: Uint8Array]

export function statementPayload(statement: BatchStatement): CborValue {
  return new Map<number, CborValue>([
    [1, 1],
    [2, statement.id],
    [3, [...statement.tacs]],
    [4, statement.count],
    [5, statement.root],
    [6, statement.madeAt],
  ])
}

/** @throws {Refusal} malformed, not-canonical, imei-digits */
export function parseStatement(payload: Uint8Array): BatchStatement {
  const fields = new Fields(decodeCbor(payload))
  demand(fields.uint(1) === 1, 'malformed', 'expected statement version 1')
  const statement = {
    id: fields.bytes(2, 16),
    tacs: fields.array(3).map((tac) => parseTac(asText(tac, 8))),
    count: fields.uint(4),
    root: fields.bytes(5, 32),
    madeAt: fields.uint(6),
  }
  fields.done()
  return statement
}

export function encodeMadeDevice(device: MadeDevice): Uint8Array {
  return encodeCbor([
    device.dak,
    [...device.imeis],
    device.serial,
    device.parts.map(([type, part]) => [type, part]),
  ])
}

/** @throws {Refusal} malformed, not-canonical, imei-digits, serial-malformed */
export function parseMadeDevice(bytes: Uint8Array): MadeDevice {
  const [dak, imeis, serial, parts] = asArray(decodeCbor(bytes, 2048), 4)
  const numbers = asArray(imeis)
  demand(numbers.length >= 1 && numbers.length <= 2, 'malformed', 'expected one or two IMEIs')
  return {
    dak: asBytes(dak, 32),
    imeis: numbers.map((imei) => parseImei14(asText(imei, 14))),
    serial: serial === null ? null : parseSerial(asText(serial, 32)),
    parts: parseMadeParts(parts),
  }
}

/** @throws {Refusal} malformed: a type or a part stands twice */
export function parseMadeParts(value: CborValue | undefined): readonly MadePart[] {
  const parts = asArray(value).map((part) => {
    const [type, key] = asArray(part, 2)
    return [parsePartType(type), asBytes(key, 32)] as const
  })
  const isOnce = (names: readonly string[]) => new Set(names).size === names.length
  demand(isOnce(parts.map(([type]) => type)), 'malformed', 'a type of part stands twice')
  demand(isOnce(parts.map(([, key]) => toHex(key))), 'malformed', 'a part stands twice')
  return parts
}

/** What binds the parts a phone was made with: its maker's record, by its hash. */
export function madeBinding(record: Uint8Array): Uint8Array {
  return sha256(record)
}

/** A maker speaks for its own models only. @throws {Refusal} scope */
export function checkMade(
  device: MadeDevice,
  statement: BatchStatement,
  allowed: readonly Tac[] | null,
): void {
  for (const imei of device.imeis) {
    const tac = tacOf(imei)
    demand(statement.tacs.includes(tac), 'scope', 'the statement does not cover this model')
    demand(allowed?.includes(tac) ?? false, 'scope', "the model is not this maker's")
  }
}
