import { Fields, asArray, asBytes, asText, asUint, decodeCbor, type CborValue } from './cbor.ts'
import { demand } from './refusal.ts'

/** What the root says of a certified key. Suspended ends when it is active again, distrusted never. */
export const STANDING = { active: 1, suspended: 2, distrusted: 3 } as const
export type KeyStanding = keyof typeof STANDING

/** One line of the list: a certificate, by its holder's name and the SHA-256 of its payload. */
export interface ListedAuthority {
  readonly sub: string
  readonly certificate: Uint8Array
  readonly standing: KeyStanding
  /** Log index from which it counts; it may lie in the past. */
  readonly index: number
}

/**
 * The authority list, signed by the threshold of root keys (trust: authorities). It names the
 * national authorities, and below them only whom it stops; who is not named stands as certified.
 */
export interface AuthorityList {
  /** Origin of the log it is for: indexes mean that log and no other. */
  readonly log: string
  /** Begins at 1 in each log and rises by exactly 1. */
  readonly version: number
  /** Tree size at which it was drawn up: every certificate it names stands below. */
  readonly from: number
  readonly authorities: readonly ListedAuthority[]
}

const MAX_BYTES = 16_384

/** The deterministic payload to sign. */
export function authorityListPayload(list: AuthorityList): CborValue {
  const rows = list.authorities.map(({ sub, certificate, standing, index }) => [
    sub,
    certificate,
    STANDING[standing],
    index,
  ])
  return new Map<number, CborValue>([
    [1, list.version],
    [2, list.from],
    [3, rows],
    [4, list.log],
  ])
}

/** @throws {Refusal} too-large, malformed, not-canonical */
export function parseAuthorityList(payload: Uint8Array): AuthorityList {
  const fields = new Fields(decodeCbor(payload, MAX_BYTES))
  const list = {
    version: fields.uint(1),
    from: fields.uint(2),
    authorities: fields.array(3).map((row) => parseRow(row)),
    log: fields.text(4),
  }
  fields.done()
  demand(list.version >= 1, 'malformed', 'versions begin at 1')
  return list
}

function parseRow(value: CborValue): ListedAuthority {
  const [sub, certificate, number, index] = asArray(value, 4)
  const standing = (Object.keys(STANDING) as KeyStanding[]).find(
    (name) => STANDING[name] === number,
  )
  demand(standing !== undefined, 'malformed', 'no such standing')
  return {
    sub: asText(sub),
    certificate: asBytes(certificate, 32),
    standing,
    index: asUint(index),
  }
}
