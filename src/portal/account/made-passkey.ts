import { coseKey, decodeCbor, demand, encodeCbor, parseCoseKey } from '../../core/index.ts'
import type { MadePasskey } from '../../registry/index.ts'

const MAX = 2_048
/** Of a new passkey that is none of ours, or came too late: codes that are answered with the page again. */
export const NO_PASSKEY = [
  'assertion',
  'token-nonce',
  'alg',
  'malformed',
  'not-canonical',
  'too-large',
]

/**
 * A new passkey between being made and being used once, as a hidden field. Nothing seals it: that its person
 * holds the key is shown by what it signs next.
 */
export const carryMade = ({ credential, key }: MadePasskey): string =>
  Buffer.from(encodeCbor([credential, coseKey(key)])).toString('base64url')

/** @throws {Refusal} malformed, not-canonical, alg */
export function carriedMade(text: string | undefined): MadePasskey {
  const bytes = new Uint8Array(Buffer.from((text ?? '').slice(0, MAX), 'base64url'))
  const said = decodeCbor(bytes)
  demand(Array.isArray(said) && said.length === 2, 'malformed', 'expected a new passkey')
  const [credential, key] = said
  const isId = typeof credential === 'string' && /^[A-Za-z0-9_-]{1,1366}$/.test(credential)
  demand(isId && key !== undefined, 'malformed', 'expected a new passkey')
  return { credential, key: parseCoseKey(key) }
}
