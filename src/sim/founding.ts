import {
  ACTS,
  certificatePayload,
  coseSign,
  encodeDocument,
  rootPayload,
  thumbprint,
  toHex,
  type Act,
  type Caps,
  type Certificate,
  type Role,
  type RootDocument,
  type Signer,
  type Tac,
} from '../core/index.ts'
import { formatVkey, type NoteKey } from '../log/index.ts'
import { generateEs256 } from '../host/index.ts'

/** A cosigner as the policy names it. */
export interface PolicyMember {
  readonly name: string
  readonly key: NoteKey
  readonly url: string
}

export interface FoundingOptions {
  /** Unix seconds. */
  readonly now: number
  readonly log: { readonly key: NoteKey; readonly url: string }
  readonly witnesses: readonly PolicyMember[]
  readonly guardians: readonly PolicyMember[]
  /** Locks (and holds, and retirements) the force may order in an hour; three times that in a day. */
  readonly capPerHour: number
  readonly officers: number
  readonly operators: number
  /** Models the one maker may speak for. */
  readonly tacs: readonly Tac[]
}

/** A key, its certificate, and the PEM to keep it in. */
export interface Member {
  readonly signer: Signer
  readonly pem: string
  readonly sub: string
}

/** Everything a new constellation needs to trust itself. Private keys leave only as PEM. */
export interface Founding {
  /** The signed root document every party is given. */
  readonly root: Uint8Array
  readonly rootKeys: readonly { readonly signer: Signer; readonly pem: string }[]
  /** Certificates to log, issuers first. */
  readonly certificates: readonly Uint8Array[]
  readonly national: Member
  readonly forceIssue: Member
  readonly forceOrder: Member
  readonly officers: readonly Member[]
  readonly intake: Member
  readonly registry: readonly [Member, Member]
  readonly operators: readonly Member[]
  readonly maker: Member
}

const DAY = 86_400
/** ISO 3166 user-assigned: no country. */
export const DEMO_COUNTRY = 'ZZ'
const NATIONAL = 'zz'
const FORCE = 'zz.force'

/** The demonstration's founding ceremony: five root keys, one authority, one force, and who serves them. */
export function found(options: FoundingOptions): Founding {
  const rootKeys = Array.from({ length: 5 }, () => generateEs256())
  const root: RootDocument = {
    version: 1,
    expires: options.now + 5 * 365 * DAY,
    keys: rootKeys.map(({ signer }) => signer.key),
    threshold: 3,
    guardedPolicy: policyText(options, true),
    plainPolicy: policyText(options, false),
    relyingParties: [],
    listVersion: 1,
  }
  const rootSigners = rootKeys.slice(0, 3).map(({ signer }) => signer)
  const certificates: Uint8Array[] = []
  const issue = issuer(options, certificates)

  const national = issue({ sub: NATIONAL, iss: 'root', role: 'national', depth: 3 }, rootSigners)
  const under = [national.signer]
  const forceIssue = issue(
    { sub: FORCE, iss: NATIONAL, role: 'force', depth: 2, use: 'issue' },
    under,
  )
  const forceOrder = issue(
    { sub: FORCE, iss: NATIONAL, role: 'force', depth: 2, use: 'order' },
    under,
  )
  const byForce = [forceIssue.signer]
  const serve = (label: string, role: Role, tacs?: readonly Tac[]) =>
    issue(
      {
        sub: `${NATIONAL}.${label}`,
        iss: NATIONAL,
        role,
        depth: 1,
        acts: [],
        ...(tacs && { tacs }),
      },
      under,
    )
  return {
    root: encodeDocument(coseSign('application/stolen-root+cbor', rootPayload(root), rootSigners)),
    rootKeys,
    certificates,
    national,
    forceIssue,
    forceOrder,
    officers: Array.from({ length: options.officers }, () =>
      issue({ iss: FORCE, role: 'officer', depth: 1 }, byForce),
    ),
    intake: issue(
      { sub: `${FORCE}/intake`, iss: FORCE, role: 'intake', depth: 1, acts: ['hold', 'release'] },
      byForce,
    ),
    registry: [serve('registry-a', 'registry'), serve('registry-b', 'registry')],
    operators: Array.from({ length: options.operators }, (_, i) =>
      serve(`edge-${i + 1}`, 'operator'),
    ),
    maker: serve('maker', 'maker', options.tacs),
  }
}

type Wanted = {
  /** An officer's name is drawn from the key: pseudonymous. */
  readonly sub?: string
  readonly iss: string
  readonly role: Role
  readonly depth: number
  readonly use?: 'issue' | 'order'
  readonly acts?: readonly Act[]
  readonly tacs?: readonly Tac[]
}

function issuer(options: FoundingOptions, certificates: Uint8Array[]) {
  return (wanted: Wanted, by: readonly Signer[]): Member => {
    const { signer, pem } = generateEs256()
    const sub = wanted.sub ?? `${wanted.iss}/${toHex(thumbprint(signer.key)).slice(0, 8)}`
    const acts = wanted.acts ?? ACTS
    const cert: Certificate = {
      iss: wanted.iss,
      sub,
      nbf: options.now - 60,
      exp: options.now + 399 * DAY,
      key: signer.key,
      caps: capsFor(acts, options.capPerHour),
      scope: { acts, country: DEMO_COUNTRY, tacs: wanted.tacs ?? null },
      depth: wanted.depth,
      role: wanted.role,
      use: wanted.use ?? null,
    }
    certificates.push(
      encodeDocument(coseSign('application/stolen-cert+cbor', certificatePayload(cert), by)),
    )
    return { signer, pem, sub }
  }
}

function capsFor(acts: readonly Act[], perHour: number): Caps {
  const capped = acts.filter((act) => act === 'hold' || act === 'lock' || act === 'retire')
  return Object.fromEntries(capped.map((act) => [act, [perHour, perHour * 3]]))
}

/** C2SP policy: the log, its witnesses, and for whatever takes something away the guardians too. */
export function policyText(
  { log, witnesses, guardians }: Pick<FoundingOptions, 'log' | 'witnesses' | 'guardians'>,
  guarded: boolean,
): string {
  const lines = [`log ${formatVkey(log.key)} ${log.url}`]
  for (const { name, key, url } of [...witnesses, ...guardians])
    lines.push(`witness ${name} ${formatVkey(key)} ${url}`)
  const majority = (count: number) => Math.floor(count / 2) + 1
  const names = (members: readonly PolicyMember[]) => members.map(({ name }) => name).join(' ')
  lines.push(`group witnesses ${majority(witnesses.length)} ${names(witnesses)}`)
  lines.push(`group guardians ${majority(guardians.length)} ${names(guardians)}`)
  if (guarded) lines.push('group guarded all witnesses guardians', 'quorum guarded')
  else lines.push('quorum witnesses')
  return `${lines.join('\n')}\n`
}
