/** Where the store's keys live in the TPM for good: in the range of the platform's own. */
export const KEY_HANDLE = {
  storage: 0x81805301,
  device: 0x81805302,
  attestation: 0x81805303,
} as const
