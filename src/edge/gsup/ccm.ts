import { payloadOf } from './ipa.ts'

/** IPA connection management: the first byte of a control frame says what it is. */
const ID_RESP = 0x05
const SERIAL_NUMBER = 0x00

export function isIdentity(frame: Buffer): boolean {
  return payloadOf(frame)[0] === ID_RESP
}

/**
 * The serial number of an identity response, by which osmo-hlr tells its clients apart (`ipa-name` in
 * Osmocom's programs; their unit name is only "MSC" or "SGSN"). Null where there is none.
 */
export function serialNumberOf(frame: Buffer): string | null {
  const payload = payloadOf(frame)
  let name: string | null = null
  // Each item: length 2 (of tag and value), tag 1, value ended by a zero byte.
  for (let at = 1; at + 3 <= payload.length;) {
    const end = at + 2 + payload.readUInt16BE(at)
    if (end < at + 3 || end > payload.length) return null
    if (payload[at + 2] === SERIAL_NUMBER) {
      if (name !== null) return null // two names are none
      name = payload.toString('latin1', at + 3, end).replace(/\0$/, '')
    }
    at = end
  }
  return name
}
