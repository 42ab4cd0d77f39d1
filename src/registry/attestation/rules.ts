import type { AuthorizationList, KeyMintKeyDescription } from '@peculiar/asn1-android'
import { equal, parseImei14, withCheckDigit, type Imei14 } from '../../core/index.ts'
import { attest } from './refuse.ts'

/** KeyMint's numbers. */
const SOFTWARE = 0
const VERIFIED = 0
const GENERATED = 0
const SIGN = 2
const EC = 3
const P256 = 1

/** What is described is the key that was certified. @throws {Refusal} attestation-needed: algorithm */
export function checkAlgorithm({ hardwareEnforced }: KeyMintKeyDescription): void {
  const { algorithm, ecCurve } = hardwareEnforced
  const isP256 = Number(algorithm) === EC && (ecCurve === undefined || Number(ecCurve) === P256)
  attest(isP256, 'algorithm', 'the key is not described as one of P-256')
}

/** Both the key and the word about it come from the same hardware. @throws {Refusal} attestation-needed: level */
export function checkLevel(description: KeyMintKeyDescription): void {
  const { attestationSecurityLevel: word, keyMintSecurityLevel: key } = description
  attest(word === key, 'level', 'the key lives elsewhere than what speaks for it')
  attest(Number(word) > SOFTWARE, 'level', 'the key is kept by software')
}

/** Made for us, now. @throws {Refusal} attestation-needed: nonce */
export function checkChallenge(description: KeyMintKeyDescription, nonce: Uint8Array): void {
  const challenge = new Uint8Array(description.attestationChallenge.buffer)
  attest(equal(challenge, nonce), 'nonce', 'attested for another nonce')
}

/**
 * A genuine number on an opened boot loader exists, and says nothing about what runs there.
 * @throws {Refusal} attestation-needed: unlocked
 */
export function checkBoot({ hardwareEnforced }: KeyMintKeyDescription): void {
  const { rootOfTrust } = hardwareEnforced
  attest(rootOfTrust !== undefined, 'unlocked', 'the hardware does not say what was booted')
  attest(rootOfTrust.deviceLocked, 'unlocked', 'the boot loader is open')
  attest(
    Number(rootOfTrust.verifiedBootState) === VERIFIED,
    'unlocked',
    'what was booted is not what the maker signed',
  )
}

/** Born in the hardware, and good for nothing but signing. @throws {Refusal} attestation-needed: key */
export function checkUse({ hardwareEnforced }: KeyMintKeyDescription): void {
  const { origin, purpose } = hardwareEnforced
  attest(origin !== undefined && Number(origin) === GENERATED, 'key', 'not made by the hardware')
  const isSigning = purpose?.length === 1 && Number(purpose[0]) === SIGN
  attest(isSigning, 'key', 'may be used for more than signing')
}

/**
 * The numbers the hardware attests, in order of their slots; none where the maker destroyed them or the
 * caller may not ask. @throws {Refusal} attestation-needed: identity
 */
export function attestedImeis({ hardwareEnforced }: KeyMintKeyDescription): readonly Imei14[] {
  const { attestationIdImei: first, attestationIdSecondImei: second } = hardwareEnforced
  attest(first !== undefined || second === undefined, 'identity', 'a second number and no first')
  return [first, second].flatMap((text) => (text ? [imeiOf(text)] : []))
}

type Text = NonNullable<AuthorizationList['attestationIdImei']>

function imeiOf(octets: Text): Imei14 {
  const text = Buffer.from(octets.buffer).toString('latin1')
  attest(/^[0-9]{15}$/.test(text), 'identity', 'an attested number is not of 15 digits')
  const imei = parseImei14(text.slice(0, 14))
  attest(withCheckDigit(imei) === text, 'identity', 'an attested number fails its check digit')
  return imei
}

/** Where it attests any, exactly those that are claimed, slot by slot. @throws {Refusal} attestation-needed: identity */
export function checkIdentity(attested: readonly Imei14[], claimed: readonly Imei14[]): void {
  attest(
    attested.length === claimed.length && attested.every((imei, i) => imei === claimed[i]),
    'identity',
    'the hardware attests other numbers than the phone claims',
  )
}
