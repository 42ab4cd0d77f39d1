import { readFile } from 'node:fs/promises'
import {
  Refusal,
  demand,
  parseDraft,
  readCertificate,
  readCertificateRequest,
  readDocument,
  readRoot,
  type CertificateRequest,
  type CoseSign,
  type Draft,
  type Kind,
  type PublicKey,
  type RootDocument,
  type SignedCertificate,
} from '../../core/index.ts'
import { writeFileDurably } from '../../host/durable-file.ts'
import { es256PublicFromPem, es256Verifier } from '../../host/es256.ts'

/** What is carried by hand: nothing larger than a leaf of the log. */
const MAX_BYTES = 16_384
export const verify = es256Verifier()

/** @throws {Refusal} config, too-large */
export async function readPaper(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(() => {
    throw new Refusal('config', `${path} cannot be read`)
  })
  demand(bytes.length <= MAX_BYTES, 'too-large', `${path} is larger than anything carried here`)
  return new Uint8Array(bytes)
}

/** A new paper. One that exists may have been signed by somebody already. @throws {Refusal} config */
export async function writePaper(path: string, bytes: Uint8Array | string): Promise<void> {
  const isThere = await readFile(path).then(
    () => true,
    () => false,
  )
  demand(!isThere, 'config', `${path} exists; nothing is written over`)
  const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
  await writeFileDurably(path, content, 0o644)
}

export async function readRootPaper(path: string): Promise<RootDocument> {
  return readRoot(await readPaper(path), verify)
}

export async function readDraftPaper(path: string): Promise<Draft> {
  return parseDraft(await readPaper(path))
}

export async function readCertificatePaper(path: string): Promise<SignedCertificate> {
  return readCertificate(await readPaper(path))
}

export async function readRequestPaper(path: string): Promise<CertificateRequest> {
  return readCertificateRequest(await readPaper(path), verify)
}

export async function readPublicKey(path: string): Promise<PublicKey> {
  return es256PublicFromPem(new TextDecoder().decode(await readPaper(path)))
}

export async function readSigned(path: string): Promise<{ kind: Kind; body: CoseSign }> {
  return readDocument(await readPaper(path))
}

export async function readSignature(path: string, of: Draft): Promise<CoseSign> {
  const { kind, body } = await readSigned(path)
  demand(kind === of.kind, 'signer-set', `${path} signs something else`)
  return body
}
