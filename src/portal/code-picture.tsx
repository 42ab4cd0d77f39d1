import { qrOf } from './qr-code.ts'

/** A code to be scanned: it stands behind the # of an address, which a browser sends to nobody. */
export function CodePicture({
  address,
  code,
  alt,
}: {
  readonly address: string
  readonly code: string
  readonly alt: string
}) {
  const picture = Buffer.from(qrOf(`${address}#${code}`)).toString('base64')
  return <img class="app-code-picture" src={`data:image/svg+xml;base64,${picture}`} alt={alt} />
}
