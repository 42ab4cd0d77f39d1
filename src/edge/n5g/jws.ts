import { verify, type KeyObject } from 'node:crypto'

/** Asymmetric only: who checks a token must not be able to make one. */
export type JwsAlgorithm = 'ES256' | 'RS256'

export interface JwsKey {
  readonly alg: JwsAlgorithm
  readonly kid: string | null
  readonly key: KeyObject
}

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const MAX_LENGTH = 8_192

/**
 * The payload of a compact JWS that one of the keys has signed (RFC 7515 §5.2), null otherwise. A key
 * serves the one algorithm it was made for, whatever the header asks for: `none` finds no key.
 */
export function openJws(text: string, keys: readonly JwsKey[]): unknown {
  const parts = text.length <= MAX_LENGTH ? COMPACT.exec(text) : null
  if (parts === null) return null
  const [, head, payload, signature] = parts as unknown as readonly string[]
  const header = parseObject(head!)
  // An extension that must be understood is not (RFC 7515 §4.1.11).
  if (header === null || Object.hasOwn(header, 'crit')) return null
  const { alg, kid } = header
  const bytes = Buffer.from(`${head}.${payload}`)
  const signed = Buffer.from(signature!, 'base64url')
  const isSigned = keys.some(
    (key) =>
      key.alg === alg &&
      (kid === undefined || key.kid === null || key.kid === kid) &&
      verify('sha256', bytes, { key: key.key, dsaEncoding: 'ieee-p1363' }, signed),
  )
  return isSigned ? parseObject(payload!) : null
}

function parseObject(base64url: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
