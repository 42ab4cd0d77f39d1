import { toHex } from '../bytes.ts'
import type { Role } from '../acts.ts'
import { chainOf, type Authorities, type Link } from '../chain.ts'
import type { CarriedAuthority } from './part-list.ts'

/** Whose word a phone meets without a network: who vouches for parts, who signs for them, who locks. */
const CARRIED: readonly Role[] = ['national', 'force', 'maker', 'repairer', 'recycler']

/**
 * The authorities a phone carries, as they stand at log time `t` (ms) and leaf `index`: the newest
 * certificate of each key. A maker's void key stays named, as void; nobody else's is named at all.
 */
export function carriedAuthorities(
  authorities: Authorities,
  t: number,
  index: number,
): readonly CarriedAuthority[] {
  const newest = new Map<string, Link>()
  for (const link of authorities.all) if (isCarried(link, t)) newest.set(toHex(link.kid), link)
  return [...newest]
    .toSorted(([a, one], [b, two]) => compare(one.cert.sub, two.cert.sub) || compare(a, b))
    .map(([, { cert, ...link }]) => ({
      sub: cert.sub,
      role: cert.role,
      country: cert.scope.country,
      key: cert.key,
      tacs: cert.scope.tacs,
      isVoid: isVoidAt(authorities, { cert, ...link }, index),
    }))
    .filter(({ role, isVoid }) => role === 'maker' || !isVoid)
}

/** Whether a key of its chain is void at this leaf. */
export function isVoidAt(authorities: Authorities, link: Link, index: number): boolean {
  return chainOf(link).some(({ kid }) => authorities.stops.isStopped(kid, index))
}

/** A force is asked through the key that signs its orders; a phone that lies in a drawer knows its makers. */
function isCarried({ cert }: Link, t: number): boolean {
  const seconds = Math.floor(t / 1000)
  const isValid = cert.role === 'maker' || (cert.nbf <= seconds && seconds <= cert.exp)
  return CARRIED.includes(cert.role) && cert.use !== 'issue' && isValid
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
