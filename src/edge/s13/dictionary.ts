/** Numbers of RFC 6733 and TS 29.272 that an equipment identity register meets. */

export const VERSION = 1
export const HEADER = 20

/** Applications. A relay announces 0xffffffff and forwards all of them (RFC 6733 §2.4). */
export const BASE = 0
export const S13 = 16_777_252
export const RELAY = 0xffff_ffff

export const IETF = 0
export const VENDOR_3GPP = 10_415

/** Commands: CER/CEA, DWR/DWA, DPR/DPA of the base; ECR/ECA of S13 (TS 29.272 §7.2.19). */
export const CAPABILITIES_EXCHANGE = 257
export const DEVICE_WATCHDOG = 280
export const DISCONNECT_PEER = 282
export const ME_IDENTITY_CHECK = 324

/** Flags of a message. */
export const REQUEST = 0x80
export const PROXIABLE = 0x40
export const ERROR = 0x20

/** Flags of an AVP. */
export const VENDOR_BIT = 0x80
export const MANDATORY = 0x40

export const AVP = {
  userName: 1,
  hostIpAddress: 257,
  authApplicationId: 258,
  vendorSpecificApplicationId: 260,
  sessionId: 263,
  originHost: 264,
  supportedVendorId: 265,
  vendorId: 266,
  resultCode: 268,
  productName: 269,
  disconnectCause: 273,
  authSessionState: 277,
  originStateId: 278,
  failedAvp: 279,
  errorMessage: 281,
  destinationRealm: 283,
  proxyInfo: 284,
  destinationHost: 293,
  originRealm: 296,
  experimentalResult: 297,
  experimentalResultCode: 298,
} as const

/** AVPs of 3GPP, TS 29.272 §7.3. */
export const AVP_3GPP = {
  terminalInformation: 1401,
  imei: 1402,
  softwareVersion: 1403,
  equipmentStatus: 1445,
} as const

/** Result-Code. Of these only the ones from 3000 to 3999 set the E bit (RFC 6733 §7.1.3). */
export const RESULT = {
  success: 2001,
  commandUnsupported: 3001,
  unableToDeliver: 3002,
  realmNotServed: 3003,
  tooBusy: 3004,
  applicationUnsupported: 3007,
  invalidHeaderBits: 3008,
  unknownPeer: 3010,
  electionLost: 4003,
  avpUnsupported: 5001,
  invalidAvpValue: 5004,
  missingAvp: 5005,
  avpOccursTooManyTimes: 5009,
  noCommonApplication: 5010,
  unsupportedVersion: 5011,
  unableToComply: 5012,
  invalidAvpLength: 5014,
  invalidMessageLength: 5015,
} as const

/** Experimental-Result-Code DIAMETER_ERROR_EQUIPMENT_UNKNOWN (TS 29.272 §7.4.3.6): a number space of its own. */
export const EQUIPMENT_UNKNOWN = 5422

export function isProtocolError(result: number): boolean {
  return result >= 3000 && result < 4000
}

// RFC 6733 §4.5, RFC 7944 (301), RFC 7683 (621 to 627).
const KNOWN_IETF: ReadonlySet<number> = new Set([
  1, 25, 27, 33, 44, 50, 55, 85, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269,
  270, 271, 272, 273, 274, 276, 277, 278, 279, 280, 281, 282, 283, 284, 285, 287, 291, 292, 293,
  294, 295, 296, 297, 298, 299, 300, 301, 480, 483, 485, 621, 622, 623, 624, 625, 626, 627,
])

// Terminal-Information and what is in it, Equipment-Status; Supported-Features (TS 29.229).
const KNOWN_3GPP: ReadonlySet<number> = new Set([628, 629, 630, 1401, 1402, 1403, 1445, 1471])

/** Whether an AVP that must be understood (M bit) is. */
export function isKnown(vendor: number, code: number): boolean {
  if (vendor === IETF) return KNOWN_IETF.has(code)
  return vendor === VENDOR_3GPP && KNOWN_3GPP.has(code)
}
