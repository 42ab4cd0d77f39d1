/** Numbers of TCG TPM 2.0 Library, Part 2, as far as the store uses them. */

export const TAG = { plain: 0x8001, sessions: 0x8002, nvAttest: 0x8014 } as const
/** Tickets, and what a structure of the TPM's own begins with. */
export const TICKET = { verified: 0x8022, hashCheck: 0x8024 } as const
export const GENERATED = 0xff544347

export const ALG = {
  aes: 0x0006,
  keyedHash: 0x0008,
  sha256: 0x000b,
  null: 0x0010,
  ecdsa: 0x0018,
  ecc: 0x0023,
  cfb: 0x0043,
} as const
export const CURVE_P256 = 0x0003

export const HIERARCHY = { owner: 0x40000001, null: 0x40000007, platform: 0x4000000c } as const
/** An authorisation by password: an empty one, for all that has no secret of its own. */
export const PASSWORD = 0x40000009

export const CC = {
  nvUndefineSpaceSpecial: 0x11f,
  evictControl: 0x120,
  nvUndefineSpace: 0x122,
  clear: 0x126,
  nvDefineSpace: 0x12a,
  createPrimary: 0x131,
  nvIncrement: 0x134,
  nvSetBits: 0x135,
  nvExtend: 0x136,
  nvWrite: 0x137,
  policyNv: 0x149,
  nvRead: 0x14e,
  create: 0x153,
  load: 0x157,
  sign: 0x15d,
  unseal: 0x15e,
  policySigned: 0x160,
  flushContext: 0x165,
  loadExternal: 0x167,
  nvReadPublic: 0x169,
  policyAuthorize: 0x16a,
  policyCpHash: 0x16e,
  policyOr: 0x171,
  readPublic: 0x173,
  startAuthSession: 0x176,
  verifySignature: 0x177,
  getCapability: 0x17a,
  nvCertify: 0x184,
} as const

/** TPMA_NV. */
export const NV = {
  ownerWrite: 1 << 1,
  authWrite: 1 << 2,
  policyWrite: 1 << 3,
  counter: 1 << 4,
  bits: 2 << 4,
  extend: 4 << 4,
  policyDelete: 1 << 10,
  ownerRead: 1 << 17,
  authRead: 1 << 18,
  noDa: 1 << 25,
  written: 1 << 29,
  platformCreate: 1 << 30,
} as const

/** TPMA_OBJECT. */
export const OBJECT = {
  fixedTpm: 1 << 1,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  noDa: 1 << 10,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
} as const

/** TPM_EO: how PolicyNV compares. */
export const COMPARE = { equal: 0x0000, notBelow: 0x0007 } as const

/**
 * Response codes that decide what we do next; all others are told as they are. `again`: yielded,
 * testing, too many NV writes, retry. The command was not begun and is to be sent once more.
 */
export const RC = { success: 0, again: [0x908, 0x90a, 0x920, 0x922] } as const
