import {
  AVP,
  HEADER,
  IETF,
  MANDATORY,
  S13,
  VENDOR_3GPP,
  VENDOR_BIT,
  VERSION,
} from './dictionary.ts'

/** What stands in a message's header besides version and length (RFC 6733 §3). */
export interface Header {
  readonly flags: number
  readonly command: number
  readonly application: number
  readonly hopByHop: number
  readonly endToEnd: number
}

export function encodeMessage(header: Header, avps: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER), ...avps])
  bytes.writeUInt32BE(bytes.length, 0)
  bytes[0] = VERSION
  bytes.writeUInt32BE(header.command, 4)
  bytes[4] = header.flags
  bytes.writeUInt32BE(header.application, 8)
  bytes.writeUInt32BE(header.hopByHop, 12)
  bytes.writeUInt32BE(header.endToEnd, 16)
  return bytes
}

/** One AVP with its padding; M is set unless `flags` says otherwise. */
export function avp(code: number, data: Uint8Array, flags: number = MANDATORY): Buffer {
  return encodeAvp({ code, vendor: IETF, flags }, data)
}

/** One AVP of 3GPP: V and M. */
export function avp3gpp(code: number, data: Uint8Array): Buffer {
  return encodeAvp({ code, vendor: VENDOR_3GPP, flags: VENDOR_BIT | MANDATORY }, data)
}

interface AvpHeader {
  readonly code: number
  /** Written where the V bit is set. */
  readonly vendor: number
  readonly flags: number
}

/** An AVP's length counts header and data, not the padding (RFC 6733 §4.1). */
export function encodeAvp({ code, vendor, flags }: AvpHeader, data: Uint8Array): Buffer {
  const header = (flags & VENDOR_BIT) === 0 ? 8 : 12
  const length = header + data.length
  const bytes = Buffer.alloc(padded(length))
  bytes.writeUInt32BE(code, 0)
  bytes.writeUInt32BE(length, 4)
  bytes[4] = flags
  if (header === 12) bytes.writeUInt32BE(vendor, 8)
  bytes.set(data, header)
  return bytes
}

export function padded(length: number): number {
  return (length + 3) & ~3
}

export function unsigned32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** UTF8String and DiameterIdentity. */
export function text(value: string): Buffer {
  return Buffer.from(value, 'utf8')
}

export function group(...avps: readonly Uint8Array[]): Buffer {
  return Buffer.concat(avps)
}

/** Vendor-Specific-Application-Id of S13. */
export function s13Application(): Buffer {
  return avp(
    AVP.vendorSpecificApplicationId,
    group(avp(AVP.vendorId, unsigned32(VENDOR_3GPP)), avp(AVP.authApplicationId, unsigned32(S13))),
  )
}
