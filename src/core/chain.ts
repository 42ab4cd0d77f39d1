import type { Role } from './acts.ts'
import { equal, toHex } from './bytes.ts'
import { isWithin, type Certificate, type SignedCertificate } from './certificate.ts'
import { kidOf, type VerifyEs256 } from './crypto.ts'
import { slotBytes, type CoseSign } from './cose.ts'
import { Refusal, demand } from './refusal.ts'
import { checkRootThreshold, type RootDocument } from './root.ts'
import { Stops } from './stops.ts'

/** A certificate whose way up to the root has been checked. */
export interface Link {
  readonly cert: Certificate
  readonly kid: Uint8Array
  /** The signed document, to hand on. The root signs it again when its own keys have changed. */
  cose: CoseSign
  readonly parent: Link | null
  /** Log time in ms from which the key may sign; 0 where no waiting time is known or needed. */
  readonly usableFrom: number
}

/** From the holder up to the national authority. */
export function chainOf(link: Link): readonly Link[] {
  return link.parent ? [link, ...chainOf(link.parent)] : [link]
}

/** Log time in ms from which nothing in this chain waits any more. */
export function worksFrom(link: Link): number {
  return Math.max(...chainOf(link).map(({ usableFrom }) => usableFrom))
}

const MAY_ISSUE: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  national: ['force', 'repairer', 'recycler', 'operator', 'registry', 'maker', 'seller'],
  force: ['officer', 'intake'],
  // A key for one batch, so that its loss costs that batch and not every phone of the maker.
  maker: ['maker'],
}

/**
 * Certificates whose chains have been checked, found by key id. Used by whoever follows a log and,
 * filled from a bundle, by a device alone.
 */
export class Authorities {
  /** Which keys the log has stopped, and from where. Empty for whoever follows no log. */
  readonly stops = new Stops()
  readonly #links = new Map<string, Link[]>()
  readonly #verify: VerifyEs256
  #root: RootDocument

  constructor(root: RootDocument, verify: VerifyEs256) {
    this.#root = root
    this.#verify = verify
  }

  get root(): RootDocument {
    return this.#root
  }

  /** Certificates already taken keep standing: their validity is their own. */
  replaceRoot(root: RootDocument): void {
    this.#root = root
  }

  /**
   * Checks a certificate against its issuer, without taking it. `logged` is where it stands in the log
   * (`t` in ms); whoever has no log leaves it out and judges the whole chain at the order's time.
   * @throws {Refusal} chain, name-outside, scope, cert-time, distrusted, signer-set, root-threshold
   */
  check(
    { cert, kid, cose }: SignedCertificate,
    usableFrom = 0,
    logged?: { readonly index: number; readonly t: number },
  ): Link {
    // Else any issuer could certify a stranger's key once more and so make his signatures ambiguous;
    // and a force's key that certifies is never the one that signs orders.
    for (const known of this.ofKey(kid))
      demand(isSameHolder(known.cert, cert), 'chain', 'this key stands for another name or use')
    if (cert.role === 'national') {
      demand(
        cert.iss === 'root' && !/[./]/.test(cert.sub),
        'name-outside',
        'a national authority stands under the root',
      )
      checkRootThreshold(cose, this.#root, this.#verify)
      return { cert, kid, cose, parent: null, usableFrom }
    }
    demand(cose.slots.length === 1, 'signer-set', 'a certificate has one issuer')
    const slot = cose.slots[0]!
    const parent = this.issuer(slot.kid, cert.iss)
    if (logged) {
      demand(isInTime(parent, logged.t), 'cert-time', 'the issuer is not valid when this is logged')
      this.demandTrusted(parent, logged.index)
    }
    checkIssued(cert, parent.cert)
    const signed = slotBytes(cose.contentType, slot.protected, cose.payload)
    demand(
      slot.assertion === null && this.#verify(parent.cert.key, signed, slot.signature),
      'chain',
      'the certificate is not signed by its issuer',
    )
    return { cert, kid, cose, parent, usableFrom }
  }

  /**
   * Whether those who know the newest root document alone can check this certificate: only those of
   * national authorities depend on the root's keys.
   */
  isUnderRoot({ cert, cose }: Link): boolean {
    if (cert.role !== 'national') return true
    try {
      checkRootThreshold(cose, this.#root, this.#verify)
      return true
    } catch {
      return false
    }
  }

  /** The same certificate under the root's present keys. @throws {Refusal} root-threshold */
  signAgain(link: Link, cose: CoseSign): void {
    checkRootThreshold(cose, this.#root, this.#verify)
    link.cose = cose
  }

  add(link: Link): void {
    const id = toHex(link.kid)
    const known = this.#links.get(id)
    if (known) known.push(link)
    else this.#links.set(id, [link])
  }

  /** @throws {Refusal} distrusted: a key of the chain is void at this index */
  demandTrusted(link: Link, index: number): void {
    for (const { kid, cert } of chainOf(link))
      if (this.stops.isStopped(kid, index))
        throw new Refusal('distrusted', `a key of ${cert.sub} is void at this place of the log`)
  }

  /** Every certificate taken for this key. */
  ofKey(kid: Uint8Array): readonly Link[] {
    return this.#links.get(toHex(kid)) ?? []
  }

  /** Every certificate taken. */
  get all(): readonly Link[] {
    return [...this.#links.values()].flat()
  }

  /** Every certificate taken for this name. */
  named(sub: string): readonly Link[] {
    return this.all.filter((link) => link.cert.sub === sub)
  }

  private issuer(kid: Uint8Array, iss: string): Link {
    const links = this.withKid(kid).filter(
      (link) => link.cert.sub === iss && link.cert.use !== 'order',
    )
    const link = links.at(-1)
    demand(link !== undefined, 'chain', 'the issuer is not known here')
    return link
  }

  /**
   * The certificate that key `kid` signs with at log time `t` (ms) and leaf `index`: the newest valid
   * then. @throws {Refusal} chain: unknown, or two keys share the id · cert-time · distrusted
   */
  signer(kid: Uint8Array, t: number, index: number): Link {
    const links = this.withKid(kid)
    demand(links.length > 0, 'chain', 'no certificate for this key')
    const valid = links.filter((link) => isValidAt(link, t))
    const link = valid.at(-1)
    demand(
      link !== undefined,
      'cert-time',
      'no certificate of this key is valid at the time of the entry',
    )
    this.demandTrusted(link, index)
    return link
  }

  private withKid(kid: Uint8Array): readonly Link[] {
    const links = this.ofKey(kid)
    const first = links[0]
    const same = links.every(
      (link) =>
        equal(link.cert.key.x, first!.cert.key.x) && equal(link.cert.key.y, first!.cert.key.y),
    )
    demand(same, 'chain', 'two keys share one key id')
    return links
  }
}

function isValidAt(link: Link, t: number): boolean {
  return isInTime(link, t) && worksFrom(link) <= t
}

/** Waiting times left aside: who still waits to order may certify already. */
function isInTime(link: Link, t: number): boolean {
  const seconds = Math.floor(t / 1000)
  return chainOf(link).every(({ cert }) => cert.nbf <= seconds && seconds <= cert.exp)
}

function isSameHolder(a: Certificate, b: Certificate): boolean {
  const sameKey = equal(a.key.x, b.key.x) && equal(a.key.y, b.key.y)
  return sameKey && a.sub === b.sub && a.role === b.role && a.use === b.use
}

/**
 * Whether an issuer may say this of somebody: role, name, depth, country, acts, models, caps.
 * @throws {Refusal} chain, name-outside, scope
 */
export function checkIssued(cert: Certificate, parent: Certificate): void {
  demand(
    MAY_ISSUE[parent.role]?.includes(cert.role) ?? false,
    'chain',
    `${parent.role} does not certify ${cert.role}`,
  )
  const label = cert.sub.slice(parent.sub.length + 1)
  demand(
    isWithin(cert.sub, parent.sub) && /^[a-z0-9-]+$/.test(label),
    'name-outside',
    "expected the issuer's name and one label",
  )
  demand(cert.depth < parent.depth, 'chain', 'deeper than the issuer allows')
  demand(cert.scope.country === parent.scope.country, 'scope', "another country than the issuer's")
  demand(
    cert.scope.acts.every((act) => parent.scope.acts.includes(act)),
    'scope',
    'an act the issuer does not have',
  )
  const tacs = parent.scope.tacs
  if (tacs)
    demand(
      cert.scope.tacs?.every((tac) => tacs.includes(tac)) ?? false,
      'scope',
      'a model the issuer does not have',
    )
  for (const [act, [hour, day]] of Object.entries(cert.caps)) {
    const cap = parent.caps[act as keyof typeof parent.caps]
    if (cap === undefined || hour > cap[0] || day > cap[1])
      throw new Refusal('scope', "a cap above the issuer's")
  }
}

/** The certificate chain a bundle carries, checked from the root side down. @throws as `check` */
export function authoritiesFrom(
  root: RootDocument,
  certificates: readonly SignedCertificate[],
  verify: VerifyEs256,
): Authorities {
  const authorities = new Authorities(root, verify)
  for (const signed of certificates) {
    demand(equal(signed.kid, kidOf(signed.cert.key)), 'chain', 'key id')
    authorities.add(authorities.check(signed))
  }
  return authorities
}
