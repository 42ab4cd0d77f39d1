/**
 * Every way this product says no. The codes are public and stable: callers switch on them, never on
 * the text. `wire` gives each its HTTP status and its sentence, and does not compile if one is missing.
 */
export type RefusalCode =
  // bytes
  | 'malformed'
  | 'not-canonical'
  | 'unknown-kind'
  | 'too-large'
  // identifiers
  | 'imei-length'
  | 'imei-digits'
  | 'imei-check-digit'
  | 'serial-malformed'
  // root and authorities
  | 'root-rollback'
  | 'root-threshold'
  | 'chain'
  | 'name-outside'
  | 'cert-time'
  | 'distrusted'
  | 'scope'
  // log
  | 'note-malformed'
  | 'note-signature'
  | 'checkpoint-malformed'
  | 'tile-malformed'
  | 'policy-malformed'
  | 'proof-malformed'
  | 'log-unknown'
  | 'log-signature'
  | 'witness-quorum'
  | 'guardian-quorum'
  | 'not-included'
  | 'not-consistent'
  | 'split-view'
  | 'witness-floor'
  // order
  | 'signer-set'
  | 'alg'
  | 'signature'
  | 'assertion'
  | 'fields'
  | 'window'
  | 'expired'
  | 'opening'
  | 'not-this-device'
  | 'replay'
  | 'wrong-state'
  | 'of-mismatch'
  | 'owner-key'
  | 'owner-delay'
  | 'cap-exceeded'
  | 'unlawful'
  | 'oid-reused'
  | 'time-went-back'
  | 'store'
  // people
  | 'same-officer'
  | 'proof-too-weak'
  | 'hold-exhausted'
  | 'holder-not-heard'
  | 'case-closed'
  | 'case-needed'
  | 'return-code'
  | 'return-code-used'
  | 'case-taken'
  | 'knows-people'
  | 'key-waiting'
  | 'officer-unknown'
  | 'officer-elsewhere'
  | 'sign-on-state'
  | 'sign-on-answer'
  | 'sign-on-unavailable'
  | 'home-elsewhere'
  // device
  | 'attestation-needed'
  | 'identity-conflict'
  | 'imei-mismatch'
  | 'boot-state-unverified'
  | 'counter-went-back'
  | 'activation-refused'
  | 'not-sold'
  | 'reset-refused'
  | 'second-factor-needed'
  | 'reset-pending'
  | 'reset-cancelled'
  | 'transfer-pending'
  | 'transfer-cancelled'
  | 'token-nonce'
  | 'token-wrong-device'
  | 'token-expired'
  | 'tree-went-back'
  // parts
  | 'part-unknown'
  | 'part-signature'
  | 'part-refused'
  | 'part-duplicate'
  | 'parts-unbound'
  | 'part-batch-revoked'
  | 'donor-release-used'
  // sightings and feed
  | 'sighting-signature'
  | 'sighting-replayed'
  | 'feed-gap'
  | 'cursor-too-old'
  | 'future-cursor'
  | 'row-disagrees-with-log'
  | 'snapshot-malformed'
  | 'snapshot-hash'
  // lists
  | 'list-columns'
  | 'list-conflict'
  | 'list-leading-zeros'
  | 'list-delta-conflict'
  | 'list-rows'
  | 'import-shrinks'
  | 'import-mass-change'
  | 'import-incomplete'
  // requests
  | 'push-target-refused'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'bad-cursor'
  | 'idempotency-key-missing'
  | 'idempotency-key-reused'
  | 'idempotency-key-running'
  | 'rate-limited'
  | 'unavailable'
  | 'timeout'
  // this machine
  | 'config'
  | 'key-missing'
  | 'key-locked'
  | 'unconfirmed'
  | 'data-folder-busy'
  | 'data-folder-unsafe'
  | 'fatal'

/**
 * A broken rule. The message says what was expected and found, in lower case, and never holds a
 * secret, an IMEI or anything a person typed.
 */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** Facts a caller may show or act on, such as when a cap frees. */
  readonly facts: Readonly<Record<string, string | number>>

  constructor(
    code: RefusalCode,
    message: string,
    facts: Readonly<Record<string, string | number>> = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.facts = facts
  }
}

/** Refuses with `code` unless `condition` holds. */
export function demand(condition: boolean, code: RefusalCode, message: string): asserts condition {
  if (!condition) throw new Refusal(code, message)
}
