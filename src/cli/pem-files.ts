import type { TlsIdentity } from '../host/index.ts'
import { readNeeded } from './files.ts'

/** Reads the PEM files of one side of a TLS connection. @throws {Refusal} config */
export async function readPems({ key, cert, ca }: TlsIdentity): Promise<TlsIdentity> {
  const read = async (path: string) => (await readNeeded(path)).toString('utf8')
  return { key: await read(key), cert: await read(cert), ca: await read(ca) }
}
