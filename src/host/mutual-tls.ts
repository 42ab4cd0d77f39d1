import { Agent } from 'undici'

/** PEM files of one side of a connection on which both sides prove themselves. */
export interface TlsIdentity {
  readonly key: string
  /** The own certificate, and whatever leads from it to what the other side trusts. */
  readonly cert: string
  /** Who may have issued the other side's certificate: nobody else. */
  readonly ca: string
}

/** How `fetch` connects. */
export type Connector = NonNullable<RequestInit['dispatcher']>

/** Shows a certificate of its own, and takes only those of `ca`; TLS 1.2 at least. */
export function mutualTls({ key, cert, ca }: TlsIdentity): Connector {
  const agent = new Agent({ connect: { key, cert, ca, minVersion: 'TLSv1.2' } })
  return agent as unknown as Connector // two releases of one library's types
}
