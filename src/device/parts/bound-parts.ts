import { encodeMadeDevice, madeBinding, thumbprint, type BoundPart } from '../../core/index.ts'
import type { SecureStore, StoreRecord } from '../secure-store.ts'

/** The parts of this phone: those it was made with, until a pairing has changed one. */
export function boundParts(
  { dak, factory }: Pick<SecureStore, 'dak' | 'factory'>,
  { parts }: Pick<StoreRecord, 'parts'>,
): readonly BoundPart[] {
  if (parts !== null) return parts
  if (factory.parts.length === 0) return []
  // The maker's record says the same of this phone, so both have one hash.
  const binding = madeBinding(encodeMadeDevice({ dak: thumbprint(dak), ...factory }))
  return factory.parts.map(([type, part]) => ({ type, part, binding }))
}
