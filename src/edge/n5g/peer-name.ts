import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Fit for a label of the metrics and for a sighting. */
const NAME = /^[A-Za-z0-9._:-]{1,253}$/

/**
 * Who is at the other end of a connection: what its certificate names, else where it comes from.
 * Nothing it says of itself counts; a `User-Agent` is a guess.
 */
export function peerName(socket: Socket | TLSSocket): string {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return (certificate && certifiedName(certificate)) ?? addressOf(socket)
}

/**
 * The NF instance first (TS 33.310 §6.1.3c: a URI `urn:uuid:…`), since an access token has the same
 * name for it; then its host name, then the common name. Null: it has none that can be written down.
 */
export function certifiedName({
  subjectAltName,
  subject,
}: Pick<X509Certificate, 'subjectAltName' | 'subject'>): string | null {
  // A name that holds a comma or a quote comes quoted, and so never in one of these forms.
  const names = (subjectAltName ?? '').split(', ')
  const starting = (prefix: string, all: readonly string[]) =>
    all.find((name) => name.startsWith(prefix))?.slice(prefix.length)
  const candidates = [
    starting('URI:urn:uuid:', names)?.toLowerCase(),
    starting('DNS:', names),
    starting('CN=', (subject ?? '').split('\n')),
  ]
  return candidates.find((name) => name !== undefined && NAME.test(name)) ?? null
}

/** An IPv4 address as people write it, also where the socket serves both families. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=[0-9.]+$)/, '')
}
