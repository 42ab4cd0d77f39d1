import { Agent } from 'undici'
import type { Connector, TlsIdentity } from './connector.ts'

/**
 * Shows a certificate of its own, and takes only those of `ca`; TLS 1.2 at least. Not among the room's
 * exports: phones, and registers on plain HTTP, do not carry its library.
 */
export function mutualTls({ key, cert, ca }: TlsIdentity): Connector {
  const agent = new Agent({ connect: { key, cert, ca, minVersion: 'TLSv1.2' } })
  return agent as unknown as Connector // two releases of one library's types
}
