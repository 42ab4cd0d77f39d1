import { kidOf, slotBytes, slotProtected, type ContentType, type Slot } from '../../core/index.ts'
import type { SecureStore } from '../secure-store.ts'

/** The phone's own signature on a document of several: its key never leaves the store. */
export async function dakSlot(
  store: Pick<SecureStore, 'dak' | 'sign'>,
  contentType: ContentType,
  payload: Uint8Array,
): Promise<Slot> {
  const kid = kidOf(store.dak)
  const header = slotProtected(kid)
  const signature = await store.sign(slotBytes(contentType, header, payload))
  return { protected: header, kid, signature, assertion: null }
}
