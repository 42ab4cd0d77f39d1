import {
  certificateOf,
  certificatePayload,
  coseSign,
  parseDocument,
  type Certificate,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import type { World } from './world.ts'

const CERT = 'application/stolen-cert+cbor'

/** Logs one more certificate like that of this role. */
export async function certify(
  world: World,
  role: Certificate['role'],
  changes: Partial<Certificate>,
  by: readonly Signer[],
): Promise<Signer> {
  const known = world.founding.certificates.map(
    (bytes) => certificateOf(parseDocument(bytes, CERT)).cert,
  )
  const like = known.find((cert) => cert.role === role && cert.use !== 'issue')!
  const { contact: _, ...plain } = like
  const { signer } = generateEs256()
  const body = coseSign(CERT, certificatePayload({ ...plain, ...changes, key: signer.key }), by)
  await world.running.context.sequencer.submit({ kind: 'certificate', body })
  return signer
}
