import { AvpCursor, read32 } from './avp-cursor.ts'
import { AVP, HEADER, IETF, RELAY, S13 } from './dictionary.ts'
import { avp } from './encode.ts'
import { lengthFault, missingFault, type Fault } from './fault.ts'

/** What a Capabilities-Exchange-Request says (RFC 6733 §5.3.1), as far as a register cares. */
export interface Capabilities {
  readonly originHost: string
  readonly originRealm: string
  /** S13, as an application or inside a Vendor-Specific-Application-Id; or a relay. */
  readonly hasS13: boolean
}

/** Reads the message that stands in [start, end). */
export function readCapabilities(bytes: Buffer, start: number, end: number): Capabilities | Fault {
  const [avps, inner] = [new AvpCursor(), new AvpCursor()]
  let [originHost, originRealm, hasS13] = ['', '', false]
  avps.open(start + HEADER, end)
  while (avps.next(bytes)) {
    if (avps.vendor !== IETF) continue
    if (avps.code === AVP.originHost) originHost ||= identity(bytes, avps)
    if (avps.code === AVP.originRealm) originRealm ||= identity(bytes, avps)
    hasS13 ||= announcesS13(bytes, avps)
    if (avps.code !== AVP.vendorSpecificApplicationId) continue
    inner.open(avps.dataAt, avps.end)
    while (inner.next(bytes)) hasS13 ||= announcesS13(bytes, inner)
    if (inner.isBroken) return lengthFault(inner)
  }
  if (avps.isBroken) return lengthFault(avps)
  if (originHost === '') return missingFault(avp(AVP.originHost, Buffer.alloc(1)))
  if (originRealm === '') return missingFault(avp(AVP.originRealm, Buffer.alloc(1)))
  return { originHost, originRealm, hasS13 }
}

function identity(bytes: Buffer, { dataAt, end }: AvpCursor): string {
  return bytes.toString('latin1', dataAt, end)
}

/** Auth-Application-Id; the order inside its group is free. */
function announcesS13(bytes: Buffer, { vendor, code, dataAt, end }: AvpCursor): boolean {
  if (vendor !== IETF || code !== AVP.authApplicationId || end - dataAt !== 4) return false
  const application = read32(bytes, dataAt)
  return application === S13 || application === RELAY
}
