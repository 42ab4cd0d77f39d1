/** A public key that platform attestations end in. */
export interface PlatformRoot {
  readonly name: string
  /** SHA-256 of its SubjectPublicKeyInfo, hex. */
  readonly keyHash: string
  /** Unix ms. The certificates around a root are issued again and run out; the key is what is trusted. */
  readonly until: number
}

/** Google's two hardware attestation roots. The keys of software implementations are never among them. */
export const ANDROID_ROOTS: readonly PlatformRoot[] = [
  {
    name: 'RSA 4096, serialNumber f92009e853b6b045',
    keyHash: 'feb2ea7551ee316ed4bb443c8293b884dbfdea40b603ee3e4f4a897e4580fbae',
    until: Date.UTC(2042, 2, 15),
  },
  {
    name: 'ECDSA P-384, Key Attestation CA1',
    keyHash: '3ee44512a1af2beb39c889490c60ea3f82e43f5d5a5532f5ab9419f676cd07ec',
    until: Date.UTC(2035, 6, 15),
  },
]
