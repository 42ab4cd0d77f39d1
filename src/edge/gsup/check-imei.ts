import type { Imei14 } from '../../core/index.ts'
import { PROTOCOL, ipaFrame, payloadOf, protocolOf } from './ipa.ts'

/** The extension byte of GSUP within protocol 0xEE. */
const GSUP = 0x05
const TYPE = { request: 0x30, error: 0x31, result: 0x32 } as const
const IE = {
  imsi: 0x01,
  cause: 0x02,
  messageClass: 0x0a,
  sessionId: 0x30,
  sessionState: 0x31,
  imei: 0x50,
  result: 0x51,
  sourceName: 0x60,
  destinationName: 0x61,
} as const
/** What is read of a request; each may stand in it once. */
const READ = new Set<number>([
  IE.imsi,
  IE.imei,
  IE.messageClass,
  IE.sessionId,
  IE.sessionState,
  IE.sourceName,
])
const NACK = Buffer.of(0x01)
const INVALID_MANDATORY_INFORMATION = Buffer.of(0x60)
const SESSION_ENDS = Buffer.of(0x03)

type Elements = ReadonlyMap<number, Buffer>

/** A CHECK_IMEI request that can be answered. */
export interface CheckImei {
  readonly imsi: string | null
  /** Null: no number can be read in it. */
  readonly imei14: Imei14 | null
  readonly svn: string | null
  readonly elements: Elements
}

export function isCheckImei(frame: Buffer): boolean {
  const payload = payloadOf(frame)
  return protocolOf(frame) === PROTOCOL.osmo && payload[0] === GSUP && payload[1] === TYPE.request
}

/**
 * Reads a CHECK_IMEI request: type 1, then elements of tag 1, length 1, value, the IMSI first. Null
 * where nobody could tie an answer to it: an element runs past the end, stands twice, or the IMSI is
 * missing. osmo-hlr drops such a message too.
 */
export function readCheckImei(frame: Buffer): CheckImei | null {
  const elements = readElements(payloadOf(frame).subarray(2))
  const imsi = elements?.get(IE.imsi)
  if (!elements || !imsi) return null
  return { imsi: readImsi(imsi), ...readImei(elements.get(IE.imei)), elements }
}

/** "This phone is refused": the result our side gives, in the words of osmo-hlr. */
export function nackOf({ elements }: CheckImei): Buffer {
  return answer(TYPE.result, elements, { result: NACK })
}

/** "There is no number in it": what osmo-hlr answers. */
export function invalidOf({ elements }: CheckImei): Buffer {
  return answer(TYPE.error, elements, { cause: INVALID_MANDATORY_INFORMATION })
}

function readElements(bytes: Buffer): Elements | null {
  const elements = new Map<number, Buffer>()
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!
    const end = at + 2 + (bytes[at + 1] ?? Infinity)
    if (end > bytes.length || (at === 0 && tag !== IE.imsi)) return null
    if (READ.has(tag)) {
      if (elements.has(tag)) return null
      elements.set(tag, bytes.subarray(at + 2, end))
    }
    at = end
  }
  return elements
}

/** Two digits a byte, low half first; F fills up. */
function digitsOf(tbcd: Buffer): string {
  return tbcd.toString('hex').replace(/(.)(.)/g, '$2$1')
}

function readImsi(value: Buffer): string | null {
  return /^([0-9]{6,15})f?$/.exec(digitsOf(value))?.[1] ?? null
}

/**
 * A length byte of its own, then digits. The key is the first 14 in every spelling (A37); the two
 * after them are a software version, or a check digit and a filler, or not there.
 */
function readImei(value: Buffer | undefined): Pick<CheckImei, 'imei14' | 'svn'> {
  const digits = value === undefined ? '' : digitsOf(value.subarray(1, 1 + (value[0] ?? 0)))
  const [, imei14, svn] = /^([0-9]{14})([0-9]{2})?/.exec(digits) ?? []
  return { imei14: (imei14 as Imei14 | undefined) ?? null, svn: svn ?? null }
}

/** Element for element what osmo-hlr gives back of a request, and in its order. */
function answer(
  type: number,
  of: Elements,
  { cause, result }: { readonly cause?: Buffer; readonly result?: Buffer },
): Buffer {
  const elements: readonly (readonly [tag: number, value: Buffer | undefined])[] = [
    [IE.imsi, of.get(IE.imsi)],
    [IE.cause, cause],
    [IE.sessionId, of.get(IE.sessionId)],
    [IE.sessionState, of.get(IE.sessionState) && SESSION_ENDS],
    [IE.result, result],
    [IE.messageClass, of.get(IE.messageClass)],
    [IE.destinationName, of.get(IE.sourceName)],
  ]
  const bytes = elements.flatMap(([tag, value]) =>
    value === undefined ? [] : [Buffer.of(tag, value.length), value],
  )
  return ipaFrame(PROTOCOL.osmo, Buffer.concat([Buffer.of(GSUP, type), ...bytes]))
}
