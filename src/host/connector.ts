/** How `fetch` connects, where it is not the usual way. */
export type Connector = NonNullable<RequestInit['dispatcher']>

/** PEM files of one side of a connection on which both sides prove themselves. */
export interface TlsIdentity {
  readonly key: string
  /** The own certificate, and whatever leads from it to what the other side trusts. */
  readonly cert: string
  /** Who may have issued the other side's certificate: nobody else. */
  readonly ca: string
}
