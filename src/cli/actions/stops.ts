import {
  WHY_DISTRUSTED,
  authorityListPayload,
  distrustPayload,
  encodeCbor,
  encodeDocument,
  encodeDraft,
  parseAuthorityList,
  sha256,
  signDraft,
  thumbprint,
  type Draft,
  type KeyStanding,
  type ListedAuthority,
} from '../../core/index.ts'
import { parseKeyName } from '../../host/key-name.ts'
import { openKey } from '../../host/key-store.ts'
import { readCertificatePaper, readSigned, writePaper } from '../ceremony/papers.ts'
import { inWords } from '../ceremony/words.ts'
import { print, wrongUsage } from '../out.ts'
import { confirm, secretsFrom } from '../secrets.ts'
import { demandKeyOf } from './authority.ts'

/** A certificate file, with the log index from which its standing counts. */
export interface Row {
  readonly path: string
  readonly index: number | null
}

interface Listing {
  /** Origin of the log it is for. */
  readonly log: string
  readonly size: number
  readonly after?: string
  readonly out: string
  readonly json?: boolean
}

type List = Listing & Readonly<Record<KeyStanding, readonly Row[]>>

/** Drafts the next authority list: what the last one said, changed by what is said now. */
export async function list(options: List): Promise<void> {
  const before = options.after ? await lastList(options.after) : null
  const changes: ListedAuthority[] = []
  for (const standing of ['active', 'suspended', 'distrusted'] as const)
    for (const { path, index } of options[standing]) {
      const { cert, cose } = await readCertificatePaper(path)
      const certificate = sha256(cose.payload)
      changes.push({ sub: cert.sub, certificate, standing, index: index ?? options.size })
    }
  if (changes.length === 0) throw wrongUsage('expected --active, --suspended or --distrusted')
  const isChanged = (row: ListedAuthority) =>
    changes.some(({ certificate }) => Buffer.compare(certificate, row.certificate) === 0)
  const payload = authorityListPayload({
    version: (before?.version ?? 0) + 1,
    from: options.size,
    log: options.log,
    authorities: [...(before?.authorities.filter((row) => !isChanged(row)) ?? []), ...changes],
  })
  await writeDraft({ kind: 'list', payload: encodeCbor(payload) }, options)
}

async function lastList(path: string) {
  const { kind, body } = await readSigned(path)
  if (kind !== 'list') throw wrongUsage('--after expects the authority list in force')
  return parseAuthorityList(body.payload)
}

type Suspend = Listing & { from?: number }

/** The list that says this one thing. */
export async function suspend(path: string, { from, ...options }: Suspend): Promise<void> {
  const suspended = [{ path, index: from ?? null }]
  await list({ ...options, active: [], suspended, distrusted: [] })
}

type Distrust = Pick<Listing, 'log' | 'out' | 'json'> & {
  from: number
  reason: keyof typeof WHY_DISTRUSTED
  kept: readonly number[]
  issuer?: string
  key?: string
  secret?: string
  yes?: boolean
}

/** A distrust record: an ancestor signs it at once, the root by draft. */
export async function distrust(path: string, options: Distrust): Promise<void> {
  if ((options.issuer === undefined) !== (options.key === undefined))
    throw wrongUsage('expected both --issuer and --key, or neither for the root')
  const { cert } = await readCertificatePaper(path)
  const kept = options.kept.toSorted((a, b) => a - b)
  const reason = WHY_DISTRUSTED[options.reason]
  const payload = distrustPayload({
    key: thumbprint(cert.key),
    from: options.from,
    reason,
    kept,
    log: options.log,
  })
  const draft: Draft = { kind: 'distrust', payload: encodeCbor(payload) }
  if (options.issuer === undefined) return writeDraft(draft, options)
  const issuer = (await readCertificatePaper(options.issuer)).cert
  const lines = [`You are about to sign as ${issuer.sub}, about ${cert.sub}:`]
  await confirm([...lines, ...inWords('distrust', draft.payload)], options.yes)
  const signer = await openKey(parseKeyName(options.key!), secretsFrom(options.secret))
  demandKeyOf(issuer, signer.key)
  await writePaper(options.out, encodeDocument(signDraft(draft, signer)))
  print(options.json ?? false, { file: options.out, draft: false }, `Signed: ${options.out}`)
}

async function writeDraft(
  draft: Draft,
  { out, json }: Pick<Listing, 'out' | 'json'>,
): Promise<void> {
  // Read back by whoever will read it: nobody is to sign what the log would refuse.
  const lines = inWords(draft.kind, draft.payload)
  await writePaper(out, encodeDraft(draft))
  const text = `${lines.join('\n')}\nThree root keys sign it: stolen-mode root sign ${out}`
  print(json ?? false, { file: out, draft: true }, text)
}
