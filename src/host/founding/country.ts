import {
  CAPPED,
  POWERS,
  certificatePayload,
  coseSign,
  encodeDocument,
  thumbprint,
  toHex,
  type Caps,
  type Certificate,
  type Power,
  type Role,
  type Signer,
  type Tac,
} from '../../core/index.ts'
import { generateEs256 } from '../es256.ts'

/** What a country brings to the founding: one national authority, one force, and who serves them. */
export interface CountryPlan {
  /** ISO 3166; in lower case it is the national authority's name. */
  readonly country: string
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
  /** The signed certificate. */
  readonly document: Uint8Array
}

/** The keys of one country. Private keys leave only as PEM. */
export interface CountryKeys {
  readonly country: string
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
/** Reserved for drama (Ofcom), and an address nobody has. */
const CONTACT = { tel: '+442079460100', url: 'https://police.example/found' }

/** Draws every key of a country and certifies it. `now`: Unix seconds; `root`: the root keys that sign. */
export function foundCountry(plan: CountryPlan, now: number, root: readonly Signer[]): CountryKeys {
  const { country, officers, operators, tacs } = plan
  const nation = country.toLowerCase()
  const force = `${nation}.force`
  const issue = issuer(plan, now)
  const national = issue({ sub: nation, iss: 'root', role: 'national', depth: 3 }, root)
  const under = [national.signer]
  const serve = (label: string, role: Role, models?: readonly Tac[]) =>
    issue(
      {
        sub: `${nation}.${label}`,
        iss: nation,
        role,
        depth: 1,
        acts: [],
        ...(models && { tacs: models }),
      },
      under,
    )
  const forceKey = (use: 'issue' | 'order') =>
    issue({ sub: force, iss: nation, role: 'force', depth: 2, use }, under)
  const forceIssue = forceKey('issue')
  const byForce = [forceIssue.signer]
  return {
    country,
    national,
    forceIssue,
    forceOrder: forceKey('order'),
    officers: Array.from({ length: officers }, () =>
      issue({ iss: force, role: 'officer', depth: 1 }, byForce),
    ),
    intake: issue(
      { sub: `${force}/intake`, iss: force, role: 'intake', depth: 1, acts: ['hold', 'release'] },
      byForce,
    ),
    registry: [serve('registry-a', 'registry'), serve('registry-b', 'registry')],
    operators: Array.from({ length: operators }, (_, i) => serve(`edge-${i + 1}`, 'operator')),
    maker: serve('maker', 'maker', tacs),
  }
}

/** Everybody certified, issuers first: what the country's own log begins with. */
export function certificatesOf(keys: CountryKeys): readonly Uint8Array[] {
  const { intake, maker } = keys
  return [...recognisedAbroad(keys), intake.document, maker.document]
}

/**
 * Whoever acts in the log of another country, issuers first: its forces and officers order there, its
 * registry asks, its operators follow.
 */
export function recognisedAbroad(keys: CountryKeys): readonly Uint8Array[] {
  const { national, forceIssue, forceOrder, officers, registry, operators } = keys
  const members = [national, forceIssue, forceOrder, ...officers, ...registry, ...operators]
  return members.map(({ document }) => document)
}

type Wanted = {
  /** An officer's name is drawn from the key: pseudonymous. */
  readonly sub?: string
  readonly iss: string
  readonly role: Role
  readonly depth: number
  readonly use?: 'issue' | 'order'
  readonly acts?: readonly Power[]
  readonly tacs?: readonly Tac[]
}

function issuer({ country, capPerHour }: CountryPlan, now: number) {
  return (wanted: Wanted, by: readonly Signer[]): Member => {
    const { signer, pem } = generateEs256()
    const sub = wanted.sub ?? `${wanted.iss}/${toHex(thumbprint(signer.key)).slice(0, 8)}`
    const acts = wanted.acts ?? POWERS
    const cert: Certificate = {
      iss: wanted.iss,
      sub,
      nbf: now - 60,
      exp: now + 399 * DAY,
      key: signer.key,
      caps: capsFor(acts, capPerHour),
      scope: { acts, country, tacs: wanted.tacs ?? null },
      depth: wanted.depth,
      role: wanted.role,
      use: wanted.use ?? null,
      ...(wanted.role === 'force' && { contact: CONTACT }),
    }
    const signed = coseSign('application/stolen-cert+cbor', certificatePayload(cert), by)
    return { signer, pem, sub, document: encodeDocument(signed) }
  }
}

function capsFor(acts: readonly Power[], perHour: number): Caps {
  const capped = CAPPED.filter((power) => acts.includes(power))
  return Object.fromEntries(capped.map((act) => [act, [perHour, perHour * 3]]))
}
