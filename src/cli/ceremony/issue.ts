import {
  ACTS,
  CAPPED,
  POWERS,
  checkContact,
  checkIssued,
  demand,
  type Caps,
  type Certificate,
  type CertificateRequest,
  type Contact,
  type Power,
  type Role,
  type Tac,
} from '../../core/index.ts'

const DAY = 86_400
/** Clocks of offline machines differ; what is issued now is valid everywhere now. */
const EARLIER = 3_600

/** What an issuer says of a request beyond what it asks for; what he leaves out has a default. */
export interface Terms {
  readonly acts?: readonly Power[]
  readonly caps: Caps
  readonly tacs?: readonly Tac[]
  readonly country?: string
  /** Of a force: how the public reaches it. */
  readonly contact?: Contact
  readonly days: number
}

const DEPTH: Readonly<Partial<Record<Role, number>>> = { national: 3, force: 2 }
const USUAL_ACTS: Readonly<Partial<Record<Role, readonly Power[]>>> = {
  national: ACTS,
  force: ACTS,
  officer: POWERS,
  intake: ['hold', 'release'],
  recycler: ['retire'],
}

/**
 * The certificate an issuer gives on these terms. `issuer` is null where that is the root.
 * @throws {Refusal} scope, chain, name-outside · malformed: how the public reaches it
 */
export function certificateOn(
  request: CertificateRequest,
  issuer: Certificate | null,
  terms: Terms,
  now: number,
): Certificate {
  const { sub, role, use, key } = request
  const has = (act: Power) => issuer === null || issuer.scope.acts.includes(act)
  const acts = terms.acts ?? USUAL_ACTS[role]?.filter((act) => has(act)) ?? []
  const country = terms.country ?? issuer?.scope.country ?? ''
  demand(/^[A-Z]{2}$/.test(country), 'scope', 'a national authority has a country: --country')
  const tacs = terms.tacs ?? issuer?.scope.tacs ?? null
  const cert: Certificate = {
    iss: issuer?.sub ?? 'root',
    sub,
    nbf: now - EARLIER,
    exp: now + terms.days * DAY,
    key,
    caps: capsOn(acts, issuer, terms.caps, role),
    scope: { acts: POWERS.filter((act) => acts.includes(act)), country, tacs },
    depth: DEPTH[role] ?? 1,
    role,
    use,
    ...(terms.contact && { contact: checkContact(terms.contact) }),
  }
  demand(!cert.contact || role === 'force', 'scope', 'only a force says how the public reaches it')
  const isRoots = role === 'national'
  demand(isRoots === (issuer === null), 'chain', 'a national authority is certified by the root')
  if (issuer) checkIssued(cert, issuer)
  return cert
}

/** Whoever stands at the head of a country or force has his caps said aloud; others stay within his. */
function capsOn(acts: readonly Power[], issuer: Certificate | null, caps: Caps, role: Role): Caps {
  const said: Partial<Record<Power, readonly [number, number]>> = {}
  for (const act of CAPPED.filter((each) => acts.includes(each))) {
    const isHead = role === 'national' || role === 'force'
    const cap = caps[act] ?? (isHead ? undefined : issuer?.caps[act])
    demand(cap !== undefined, 'scope', `how many ${act} orders at most: --cap ${act}=HOUR/DAY`)
    said[act] = cap
  }
  const stray = Object.keys(caps).find((act) => !(act in said))
  demand(
    stray === undefined,
    'scope',
    `a cap for ${stray ?? ''}, which is not among the acts or has none`,
  )
  return said
}
