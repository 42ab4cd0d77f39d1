import type { CoseSign } from './cose.ts'

/** A new owner key that stands behind an order from some time on. */
export interface OwnerKeyChange {
  readonly okc: Uint8Array
  /** Log time in ms from which a release may rest on it. */
  readonly from: number
  /** It only undoes an error: the release must say so. */
  readonly isForError: boolean
  /** The record, whose last slot is the new key's. */
  readonly body: CoseSign
}

/**
 * What later entries say of an order. Whoever follows a log asks the ledger; a phone, which does
 * not, is told in the bundle what it has to know.
 */
export interface Afterwards {
  /** A key of its chain was stopped from its leaf or earlier: it counts for nothing. */
  isVoid(index: number): boolean
  /** An order that closed the hold or lock at `index` has become void. */
  isReopened(index: number): boolean
  /** Owner keys recorded for the hold or lock at `of`, in log order. */
  ownerKeys(of: number): readonly OwnerKeyChange[]
}

export const NOTHING_AFTERWARDS: Afterwards = {
  isVoid: () => false,
  isReopened: () => false,
  ownerKeys: () => [],
}
