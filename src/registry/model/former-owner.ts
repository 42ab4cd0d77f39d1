import { createHmac } from 'node:crypto'

/**
 * What stays of an owner whose data were erased: enough to know the same key again, and nothing that says
 * whose it is without the registry's secret. Else the next who sets the phone up would be its owner.
 * @param owner thumbprint of the key
 */
export function formerOwner(secret: Uint8Array, device: Uint8Array, owner: Uint8Array): Uint8Array {
  const hmac = createHmac('sha256', secret).update('former owner').update(device)
  return new Uint8Array(hmac.update(owner).digest())
}
