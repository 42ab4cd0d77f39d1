import type { AvpCursor } from './avp-cursor.ts'
import { AVP, AVP_3GPP, RESULT, isKnown } from './dictionary.ts'
import { avp, avp3gpp, encodeAvp } from './encode.ts'

/** Why a request is not served: a Result-Code, and the AVP at fault (RFC 6733 §7.5). */
export interface Fault {
  readonly result: number
  /** An encoded Failed-AVP. */
  readonly failed: Buffer | null
}

/** Failed-AVP shows an AVP of a group inside that group. */
type Wrap = (offender: Buffer) => Buffer

const IMEI_DIGITS = 14

const atTop: Wrap = (offender) => offender
export const inTerminalInformation: Wrap = (offender) =>
  avp3gpp(AVP_3GPP.terminalInformation, offender)

/** The AVP under the cursor, as it came. */
export function avpFault(
  result: number,
  bytes: Uint8Array,
  { code, vendor, flags, dataAt, end }: AvpCursor,
  wrap: Wrap = atTop,
): Fault {
  const offender = encodeAvp({ code, vendor, flags }, bytes.subarray(dataAt, end))
  return { result, failed: avp(AVP.failedAvp, wrap(offender)) }
}

/** An AVP whose data cannot be found: its header, and no data (RFC 6733 §7.1.5, 5014). */
export function lengthFault({ code, vendor, flags }: AvpCursor, wrap: Wrap = atTop): Fault {
  const offender = encodeAvp({ code, vendor, flags }, Buffer.alloc(0))
  return { result: RESULT.invalidAvpLength, failed: avp(AVP.failedAvp, wrap(offender)) }
}

/** An AVP with M that is not understood, or null (RFC 6733 §4.1). */
export function unknownFault(
  bytes: Uint8Array,
  cursor: AvpCursor,
  wrap: Wrap = atTop,
): Fault | null {
  if (!cursor.isMandatory || isKnown(cursor.vendor, cursor.code)) return null
  return avpFault(RESULT.avpUnsupported, bytes, cursor, wrap)
}

/** @param offender encoded as it came */
export function valueFault(offender: Buffer): Fault {
  return { result: RESULT.invalidAvpValue, failed: avp(AVP.failedAvp, offender) }
}

/** RFC 6733 §7.5: an example of what is missing, of the shortest length, filled with zeros. */
export function missingFault(example: Buffer): Fault {
  return { result: RESULT.missingAvp, failed: avp(AVP.failedAvp, example) }
}

export const MISSING_TERMINAL_INFORMATION = missingFault(inTerminalInformation(Buffer.alloc(0)))
export const MISSING_IMEI = missingFault(
  inTerminalInformation(avp3gpp(AVP_3GPP.imei, Buffer.alloc(IMEI_DIGITS))),
)

/** An error that no AVP is at fault for. */
export function plainFault(result: number): Fault {
  return { result, failed: null }
}
