import { openJws, type JwsKey } from './jws.ts'

const SERVICE = 'n5g-eir-eic'
const NF_TYPE = '5G_EIR'
const SLACK_SECONDS = 30
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export interface TokenRules {
  /** Instance ids of the NRFs whose tokens count. */
  readonly issuers: readonly string[]
  readonly keys: readonly JwsKey[]
  /** Our own instance id: a token may be made out to it. */
  readonly instanceId: string
}

export interface AccessToken {
  /** The consumer's instance id, in lower case. */
  readonly sub: string
  /** Unix ms, slack included. */
  readonly untilMs: number
  readonly hasScope: boolean
}

/** A token of TS 29.510 (AccessTokenClaims, all five of its required claims); null where not valid now. */
export function openAccessToken(
  jws: string,
  { issuers, keys, instanceId }: TokenRules,
  nowMs: number,
): AccessToken | null {
  const claims = openJws(jws, keys)
  if (claims === null) return null
  const { iss, sub, aud, scope, exp } = claims as Readonly<Record<string, unknown>>
  const isForUs =
    aud === NF_TYPE || (Array.isArray(aud) && aud.some((id) => isSame(id, instanceId)))
  if (!isForUs || !issuers.some((issuer) => isSame(iss, issuer))) return null
  if (typeof sub !== 'string' || !UUID.test(sub) || typeof scope !== 'string') return null
  if (typeof exp !== 'number' || !Number.isSafeInteger(exp)) return null
  const untilMs = (exp + SLACK_SECONDS) * 1000
  if (nowMs >= untilMs) return null
  return { sub: sub.toLowerCase(), untilMs, hasScope: scope.split(' ').includes(SERVICE) }
}

/** UUIDs are compared without case (RFC 9562 §4). */
function isSame(claim: unknown, id: string): boolean {
  return typeof claim === 'string' && claim.toLowerCase() === id.toLowerCase()
}
