import { z } from 'zod'
import {
  Refusal,
  decodeCbor,
  demand,
  encodeMadeDevice,
  fromBase64,
  fromHex,
  parseCoseKey,
  parseImei,
  parsePartType,
  parseSerial,
  thumbprint,
  type Imei14,
} from '../../core/index.ts'

/** One phone of a production run. */
export interface MadeLine {
  readonly record: Uint8Array
  /** COSE_Key, CBOR. */
  readonly key: Uint8Array
  /** Its thumbprint. */
  readonly dak: Uint8Array
  readonly imeis: readonly Imei14[]
}

const Line = z.strictObject({
  /** The device attestation key: COSE_Key as base64. */
  key: z.string().max(344),
  /** One or two, of 15 digits. */
  imeis: z
    .array(z.string().regex(/^[0-9]{15}$/))
    .min(1)
    .max(2),
  serial: z.string().max(32),
  /** Type and key thumbprint (hex) of each serialised part. */
  parts: z
    .array(z.tuple([z.string().min(1).max(32), z.string().regex(/^[0-9a-f]{64}$/)]))
    .max(32)
    .default([]),
})

/**
 * A line of a maker's file: one JSON object.
 * @throws {Refusal} malformed, imei-digits, imei-check-digit, serial-malformed
 */
export function readMadeLine(text: string): MadeLine {
  const { key: encoded, imeis: numbers, serial, parts } = parsed(text)
  const key = fromBase64(encoded)
  const dak = thumbprint(parseCoseKey(decodeCbor(key, 256)))
  const imeis = numbers.map((number) => parseImei(number).imei14)
  demand(new Set(imeis).size === imeis.length, 'malformed', 'one number twice')
  const record = encodeMadeDevice({
    dak,
    imeis,
    serial: parseSerial(serial),
    parts: parts.map(([type, part]) => [parsePartType(type), fromHex(part)]),
  })
  return { record, key, dak, imeis }
}

function parsed(text: string): z.infer<typeof Line> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Refusal('malformed', 'no JSON object')
  }
  const read = Line.safeParse(json)
  demand(read.success, 'malformed', 'not the fields of a phone')
  return read.data
}
