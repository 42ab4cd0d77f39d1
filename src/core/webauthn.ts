import { concat, equal, toBase64, utf8 } from './bytes.ts'
import { sha256, type PublicKey, type VerifyEs256 } from './crypto.ts'
import { demand } from './refusal.ts'

/** Header labels of a passkey slot (private range; marked critical, so unaware verifiers refuse). */
export const PASSKEY = {
  marker: -70101,
  authenticatorData: -70102,
  clientDataJson: -70103,
} as const

/** What an authenticator and its browser return beside the signature (WebAuthn Level 2 §6.1, §5.8.1). */
export interface Assertion {
  readonly authenticatorData: Uint8Array
  readonly clientDataJson: Uint8Array
}

/** A page that may ask for signatures, from the root document. */
export interface RelyingParty {
  readonly role: string
  readonly rpId: string
  readonly origins: readonly string[]
}

const FLAG = {
  present: 0x01,
  verified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extensions: 0x80,
}

/**
 * Checks that a passkey, with its user verified, signed the order whose slot bytes are `signed`.
 * clientDataJSON is matched by the limited algorithm of WebAuthn Level 2 §5.8.1.2: members a browser
 * adds come after the ones that matter, and may not say one of those again.
 * @throws {Refusal} assertion
 */
export function verifyAssertion(
  assertion: Assertion,
  signed: Uint8Array,
  signature: Uint8Array,
  key: PublicKey,
  how: { verify: VerifyEs256; relyingParties: readonly RelyingParty[]; deviceBound: boolean },
): void {
  const { authenticatorData, clientDataJson } = assertion
  demand(authenticatorData.length === 37, 'assertion', 'expected 37 bytes of authenticator data')
  demand(clientDataJson.length <= 1024, 'assertion', 'client data longer than 1 KiB')
  const flags = authenticatorData[32]!
  const has = (flag: number) => (flags & flag) !== 0
  demand(has(FLAG.present) && has(FLAG.verified), 'assertion', 'user not present or not verified')
  demand(!has(FLAG.attested) && !has(FLAG.extensions), 'assertion', 'unexpected flags')
  demand(!has(FLAG.backedUp) || has(FLAG.backupEligible), 'assertion', 'contradictory backup flags')
  demand(!how.deviceBound || !has(FLAG.backupEligible), 'assertion', 'the key can leave its device')

  const rpIdHash = authenticatorData.subarray(0, 32)
  const parties = how.relyingParties.filter(({ rpId }) => equal(sha256(utf8(rpId)), rpIdHash))
  demand(parties.length > 0, 'assertion', 'relying party is not in the root document')

  const challenge = toBase64(sha256(signed))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
  const origins = parties.flatMap((party) => party.origins)
  const origin = origins.find((known) => {
    const head = `{"type":"webauthn.get","challenge":"${challenge}","origin":${JSON.stringify(known)}`
    const begins = (text: string) => startsWith(clientDataJson, utf8(head + text))
    return begins('}') || begins(',"crossOrigin":false}') || begins(',"crossOrigin":false,')
  })
  demand(origin !== undefined, 'assertion', 'client data is not about this order and origin')
  demand(
    saysOnce(clientDataJson, { type: 'webauthn.get', challenge, origin, crossOrigin: false }),
    'assertion',
    'client data contradicts itself',
  )

  const message = concat(authenticatorData, sha256(clientDataJson))
  demand(how.verify(key, message, signature), 'assertion', 'the assertion does not verify')
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return bytes.length >= head.length && equal(bytes.subarray(0, head.length), head)
}

/**
 * That the text is JSON and its last word on each member agrees with its first, which the prefix
 * fixed. Read byte by byte as Latin-1: what is compared is ASCII, and JSON's structure is.
 */
function saysOnce(bytes: Uint8Array, expected: Readonly<Record<string, unknown>>): boolean {
  let said: Record<string, unknown>
  try {
    said = JSON.parse(String.fromCharCode(...bytes)) as Record<string, unknown>
  } catch {
    return false
  }
  return Object.entries(expected).every(([name, value]) => (said[name] ?? false) === value)
}
