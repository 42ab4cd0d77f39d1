import { Refusal } from '../../core/index.ts'

/** What can be wrong with the word of a platform, each rule by the word that stands in the specification. */
export type AttestationRule =
  | 'malformed'
  | 'root'
  | 'chain'
  | 'expired'
  | 'revoked'
  | 'extended'
  | 'level'
  | 'nonce'
  | 'unlocked'
  | 'key'
  | 'identity'
  | 'algorithm'

/** Refuses with `attestation-needed: <rule>: …` unless `condition` holds. */
export function attest(
  condition: boolean,
  rule: AttestationRule,
  message: string,
): asserts condition {
  if (!condition) throw new Refusal('attestation-needed', `${rule}: ${message}`, { rule })
}
