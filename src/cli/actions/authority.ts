import {
  authoritiesFrom,
  certificatePayload,
  demand,
  encodeCbor,
  encodeDocument,
  encodeDraft,
  equal,
  parseName,
  signCertificateRequest,
  signDraft,
  thumbprint,
  toHex,
  type Caps,
  type Certificate,
  type CertificateRequest,
  type Role,
} from '../../core/index.ts'
import { writeFileDurably } from '../../host/durable-file.ts'
import { parseKeyName } from '../../host/key-name.ts'
import { makeKey, openKey } from '../../host/key-store.ts'
import { certificateOn, type Terms } from '../ceremony/issue.ts'
import {
  readCertificatePaper,
  readRequestPaper,
  readRootPaper,
  verify,
  writePaper,
} from '../ceremony/papers.ts'
import { fingerprintOf, inWords } from '../ceremony/words.ts'
import { print, wrongUsage } from '../out.ts'
import { confirm, secretsFrom } from '../secrets.ts'

interface Common {
  readonly out: string
  readonly json?: boolean
  readonly secret?: string
}

type Request = Common & {
  key: string
  name?: string
  /** An officer's force: his own name is drawn from his key. */
  force?: string
  role: Role
  use?: 'issue' | 'order'
  existing?: boolean
  unattended?: boolean
}

export async function request(options: Request): Promise<void> {
  const name = parseKeyName(options.key)
  const secrets = secretsFrom(options.secret)
  if ((options.use !== undefined) !== (options.role === 'force'))
    throw wrongUsage('--use belongs to a force, and a force needs it')
  const signer = options.existing
    ? await openKey(name, secrets)
    : await makeKey(name, secrets, options.unattended ?? false)
  const sub = options.name ?? `${options.force}/${toHex(thumbprint(signer.key)).slice(0, 12)}`
  const wanted = { sub: parseName(sub), role: options.role, use: options.use ?? null }
  await writePaper(options.out, signCertificateRequest(wanted, signer))
  const key = fingerprintOf(signer.key)
  print(
    options.json ?? false,
    { file: options.out, ...wanted, key },
    `Request of ${sub}, ${options.role}: ${options.out}\nRead to the issuer: key ${key}`,
  )
}

export async function requestOfficer(options: Omit<Request, 'role'>): Promise<void> {
  await request({ ...options, role: 'officer' })
}

type Issue = Common &
  Omit<Terms, 'caps' | 'contact'> & {
    cap: Caps
    tel?: string
    site?: string
    issuer?: string
    key?: string
    yes?: boolean
  }

const termsOf = ({ cap, ...options }: Issue): Terms => ({
  ...options,
  caps: cap,
  ...contactIn(options),
})

function contactIn({ tel, site }: Pick<Issue, 'tel' | 'site'>): Pick<Terms, 'contact'> {
  if (tel !== undefined) return { contact: { tel, url: site ?? null } }
  if (site !== undefined) throw wrongUsage('--site stands beside --tel')
  return {}
}

export async function issue(path: string, options: Issue): Promise<void> {
  await certify(await readRequestPaper(path), termsOf(options), options)
}

export async function issueOfficer(path: string, options: Issue): Promise<void> {
  const wanted = await readRequestPaper(path)
  demand(wanted.role === 'officer', 'chain', `a request of role ${wanted.role}`)
  await certify(wanted, termsOf(options), options)
}

/** The same key and name for another year; what is not said again stays as it was. */
export async function renew(path: string, options: Issue): Promise<void> {
  const { cert } = await readCertificatePaper(path)
  const { acts, country, tacs } = cert.scope
  const terms: Terms = {
    acts: options.acts ?? acts,
    caps: { ...cert.caps, ...options.cap },
    country: options.country ?? country,
    days: options.days,
    ...((options.tacs ?? tacs) && { tacs: options.tacs ?? tacs! }),
    ...(cert.contact && { contact: cert.contact }),
    ...contactIn(options),
  }
  await certify(cert, terms, options)
}

async function certify(wanted: CertificateRequest, terms: Terms, options: Issue): Promise<void> {
  if ((options.issuer === undefined) !== (options.key === undefined))
    throw wrongUsage('expected both --issuer and --key, or neither for the root')
  const parent = options.issuer ? (await readCertificatePaper(options.issuer)).cert : null
  const now = Math.floor(Date.now() / 1000)
  const cert = certificateOn(wanted, parent, terms, now)
  const draft = { kind: 'certificate', payload: encodeCbor(certificatePayload(cert)) } as const
  const lines = inWords(draft.kind, draft.payload)
  const json = options.json ?? false
  if (parent === null) {
    await writePaper(options.out, encodeDraft(draft))
    const text = `${lines.join('\n')}\nThree root keys sign it: stolen-mode root sign ${options.out}`
    return print(json, { file: options.out, sub: cert.sub, draft: true }, text)
  }
  await confirm([`You are about to sign as ${parent.sub}:`, ...lines], options.yes)
  const signer = await openKey(parseKeyName(options.key!), secretsFrom(options.secret))
  demandKeyOf(parent, signer.key)
  await writePaper(options.out, encodeDocument(signDraft(draft, signer)))
  print(json, { file: options.out, sub: cert.sub, draft: false }, `Signed: ${options.out}`)
}

/** @throws {Refusal} signer-set */
export function demandKeyOf(cert: Certificate, key: Certificate['key']): void {
  demand(equal(thumbprint(cert.key), thumbprint(key)), 'signer-set', 'not the key of this issuer')
  demand(cert.use !== 'order', 'signer-set', "a force's order key certifies nobody")
}

export async function show(
  paths: readonly string[],
  options: { root?: string; json?: boolean },
): Promise<void> {
  const signed = await Promise.all(paths.map((path) => readCertificatePaper(path)))
  if (options.root) authoritiesFrom(await readRootPaper(options.root), signed, verify)
  const shown = signed.map(({ cert }) => ({
    ...cert,
    key: fingerprintOf(cert.key),
    nbf: new Date(cert.nbf * 1000).toISOString(),
    exp: new Date(cert.exp * 1000).toISOString(),
  }))
  const lines = signed.flatMap(({ cose }) => inWords('certificate', cose.payload))
  const proof = options.root ? 'Chain and signatures verified up to the root.' : ''
  print(options.json ?? false, shown, [...lines, proof].join('\n').trimEnd())
}

/** Puts a founding's certificates into one file for the registry, issuers first, each verified. */
export async function collect(
  paths: readonly string[],
  options: { root: string; out: string; json?: boolean },
): Promise<void> {
  const root = await readRootPaper(options.root)
  const signed = await Promise.all(paths.map((path) => readCertificatePaper(path)))
  const generation = (sub: string) => sub.split(/[./]/).length
  const sorted = signed.toSorted((a, b) => generation(a.cert.sub) - generation(b.cert.sub))
  authoritiesFrom(root, sorted, verify)
  const payloads = new Set(sorted.map(({ cose }) => toHex(cose.payload)))
  demand(payloads.size === sorted.length, 'malformed', 'a certificate stands twice')
  const bytes = encodeCbor(sorted.map(({ cose }) => encodeDocument(cose)))
  await writeFileDurably(options.out, bytes, 0o644)
  const names = sorted.map(({ cert }) => cert.sub)
  print(options.json ?? false, { file: options.out, names }, names.join('\n'))
}
