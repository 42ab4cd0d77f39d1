import type { RefusalCode } from '../core/index.ts'

/** How one refusal is shown: its HTTP status and one plain sentence for whoever meets it. */
export interface Problem {
  readonly status: number
  readonly title: string
}

const p = (status: number, title: string): Problem => ({ status, title })

/** The one list of codes. Public and stable: `/problems/<code>` explains each. */
export const PROBLEMS: Readonly<Record<RefusalCode, Problem>> = {
  malformed: p(400, 'The message is not well formed.'),
  'not-canonical': p(400, 'The message is not in its one canonical spelling.'),
  'unknown-kind': p(400, 'This kind of entry is not known to this version.'),
  'too-large': p(413, 'The message is larger than allowed.'),

  'imei-length': p(422, 'An IMEI has 14 to 16 digits.'),
  'imei-digits': p(422, 'An IMEI consists of digits only.'),
  'imei-check-digit': p(
    422,
    'The last digit of the IMEI does not fit the others; check for a typing mistake.',
  ),
  'serial-malformed': p(422, 'A serial number has 4 to 32 letters or digits.'),

  'root-rollback': p(
    422,
    'The root document is older than the one already known, or skips a version.',
  ),
  'root-threshold': p(422, 'Too few root keys signed.'),
  chain: p(422, 'The certificate chain does not lead to the root.'),
  'name-outside': p(422, "The certificate's name does not stand below its issuer's."),
  'cert-time': p(422, 'A certificate of the chain is not valid at that time, or still waiting.'),
  distrusted: p(422, 'A key of the chain is no longer trusted from that entry on.'),
  scope: p(422, 'This authority may not do that.'),

  'note-malformed': p(400, 'The signed note is not well formed.'),
  'note-signature': p(422, 'A line of the signed note does not verify.'),
  'checkpoint-malformed': p(400, 'The checkpoint is not well formed.'),
  'tile-malformed': p(400, 'The tile is not well formed.'),
  'policy-malformed': p(400, 'The witness policy is not well formed.'),
  'proof-malformed': p(400, 'The proof is not well formed.'),
  'log-unknown': p(422, 'The log is not one we trust.'),
  'log-signature': p(422, "The log's own signature is missing or does not verify."),
  'witness-quorum': p(422, 'Too few witnesses have seen this.'),
  'guardian-quorum': p(422, 'Too few guardians vouch that no cap was exceeded.'),
  'not-included': p(422, 'The order is not in the public log.'),
  'not-consistent': p(422, 'The log does not continue what was seen before.'),
  'split-view': p(422, 'Two different logs were signed for one size; both are kept as evidence.'),
  'witness-floor': p(
    503,
    'Witnesses have seen more than this log knows; it signs nothing until that is cleared up.',
  ),

  'signer-set': p(422, 'The order is not signed by exactly those who must sign it.'),
  alg: p(422, 'Only ES256 signatures count.'),
  signature: p(422, 'A signature does not verify.'),
  assertion: p(422, 'The passkey did not sign this.'),
  fields: p(422, 'The order says something an order cannot say.'),
  window: p(422, 'The order is outside its validity.'),
  expired: p(422, 'The hold has lapsed.'),
  opening: p(422, 'The opening does not belong to this order.'),
  'not-this-device': p(422, 'The order is about another device.'),
  replay: p(409, 'An order with this counter was already obeyed.'),
  'wrong-state': p(409, 'The device is not in a state this order can follow.'),
  'of-mismatch': p(409, 'The order names another than the one in force.'),
  'owner-key': p(422, "The owner's key is missing or another."),
  'owner-delay': p(409, 'The new owner key is still in its waiting time.'),
  'cap-exceeded': p(429, 'The authority has used up its cap; the case waits.'),
  unlawful: p(422, 'The log holds an entry that breaks the law.'),
  'oid-reused': p(409, 'Another order of this identity is already logged.'),
  'time-went-back': p(422, 'An entry is older than the one before it.'),
  store: p(500, 'The device could not keep its state safely.'),

  'same-officer': p(409, 'The officer who proposed cannot approve.'),
  'proof-too-weak': p(403, 'This proof of ownership is too weak for that.'),
  'holder-not-heard': p(
    409,
    'The phone was sold, and its present holder has not been heard yet; the answer says until when.',
  ),
  'hold-exhausted': p(
    409,
    'After a hold that lapsed or was cancelled, the next one needs a stronger proof.',
  ),
  'case-closed': p(409, 'The case is closed.'),
  'case-needed': p(403, 'Nothing is looked at without a case: take it under its crime reference.'),
  'return-code': p(403, 'The code that stands on the label is missing or wrong.'),
  'return-code-used': p(409, 'The code on the label was used before; it counts once.'),
  'case-taken': p(409, 'Another officer works on this case.'),
  'knows-people': p(403, 'Whoever knows somebody involved does not take the case: others do.'),
  'key-waiting': p(
    403,
    'The key is new and still in its waiting time; the answer says until when.',
  ),
  'officer-unknown': p(
    403,
    'Your force’s account names no officer with a valid certificate in the public log.',
  ),
  'officer-elsewhere': p(403, 'Your force’s account names an officer of another force.'),
  'sign-on-state': p(
    403,
    'This sign-in was begun in another browser, was used before or is over; begin it anew.',
  ),
  'sign-on-answer': p(422, 'Your force’s identity provider did not confirm who you are.'),
  'sign-on-unavailable': p(
    503,
    'Your force’s identity provider cannot be reached now; your passkey works all the same.',
  ),
  // Not 421, which would fit: fetch repeats such a request by itself, and a signed one counts once.
  'home-elsewhere': p(409, 'This phone is at home in another registry; act there.'),

  'attestation-needed': p(422, "The device's key is not vouched for by its maker."),
  'identity-conflict': p(409, 'This number or key is already enrolled for another device.'),
  'imei-mismatch': p(422, 'The IMEI is not the one this key was enrolled with.'),
  'boot-state-unverified': p(422, 'The device does not run software its maker authorised.'),
  'counter-went-back': p(409, 'The device knows less than it has already obeyed.'),
  'activation-refused': p(403, 'This phone cannot be set up: it is reported held or stolen.'),
  'not-sold': p(403, 'This phone was never sold: its maker asked that it waits for its seller.'),
  'reset-refused': p(403, 'This phone cannot be reset in its present state.'),
  'second-factor-needed': p(
    403,
    'A second proof, of another kind and from elsewhere than this phone, is needed.',
  ),
  'reset-pending': p(409, 'The waiting time is not over; the answer says when it ends.'),
  'reset-cancelled': p(409, 'The request was stopped, was done, or has run out; ask anew.'),
  'transfer-pending': p(409, 'The handover is still waiting; the answer says until when.'),
  'transfer-cancelled': p(409, 'The handover was stopped, was done, or has run out; ask anew.'),
  'token-nonce': p(422, 'The nonce is not known, used before, or too old.'),
  'token-wrong-device': p(422, 'The token is for another phone.'),
  'token-expired': p(422, 'The token has expired.'),
  'tree-went-back': p(422, 'The log shown is smaller than one seen before.'),

  'part-unknown': p(422, 'No maker vouches for this part.'),
  'part-signature': p(422, 'The part did not prove that it holds the key it names.'),
  'part-refused': p(403, 'The phone this part belongs to has not given it away.'),
  'part-duplicate': p(409, 'This part answers in two phones: one of them holds a copy.'),
  'parts-unbound': p(
    409,
    'A part in this phone is not bound to it; pair it or take it out, then hand the phone over.',
  ),
  'part-batch-revoked': p(403, 'The key that vouched for this part is no longer trusted.'),
  'donor-release-used': p(409, 'The release of this part was used before; it counts once.'),

  'sighting-signature': p(422, 'The sighting is not signed by its reporter.'),
  'sighting-replayed': p(409, 'The sighting is too old or from the future.'),
  'feed-gap': p(409, 'An entry of the feed is missing.'),
  'cursor-too-old': p(410, 'Too far back for the live feed; take the snapshot first.'),
  'future-cursor': p(409, 'The cursor is beyond the log.'),
  'row-disagrees-with-log': p(
    500,
    'The database and the log disagree; nothing is signed until that is cleared up.',
  ),
  'snapshot-malformed': p(400, 'The snapshot of a list, or its change, is not well formed.'),
  'snapshot-hash': p(422, 'The snapshot is not the one its signed head names.'),

  'list-columns': p(422, 'The list does not have the columns its format demands.'),
  'list-conflict': p(422, 'The list says different things about one number.'),
  'list-leading-zeros': p(
    422,
    'The list seems to have lost its leading zeros, as spreadsheets do.',
  ),
  'list-delta-conflict': p(422, 'The change list does not fit what is there.'),
  'list-rows': p(422, 'The list has rows that must not stand in it; their lines are named.'),
  'import-shrinks': p(
    409,
    'The list is much shorter than the last one; two people and a reason are needed.',
  ),
  'import-mass-change': p(
    409,
    'The list would change a large share of all entries; approve it with a reason.',
  ),
  'import-incomplete': p(409, 'The list was not read to its end yet; finish the import first.'),

  'push-target-refused': p(
    422,
    'Messages go only to the push services of browsers that are known here.',
  ),
  unauthenticated: p(401, 'The request is not signed, or not by a key we know.'),
  forbidden: p(403, 'This is not for you.'),
  'not-found': p(404, 'There is no such thing here.'),
  'bad-cursor': p(400, 'The cursor is not one of ours.'),
  'idempotency-key-missing': p(400, 'The request needs an Idempotency-Key header.'),
  'idempotency-key-reused': p(422, 'This Idempotency-Key was used with another request.'),
  'idempotency-key-running': p(
    409,
    'The first request with this Idempotency-Key is still running.',
  ),
  'rate-limited': p(429, 'Too many requests; try again later.'),
  unavailable: p(503, 'The service cannot do this now; try again with the same key.'),
  timeout: p(503, 'The answer took too long; try again with the same key.'),

  config: p(500, 'The configuration is wrong.'),
  'key-missing': p(500, 'There is no such key.'),
  'key-locked': p(500, 'The passphrase or PIN does not open this key.'),
  unconfirmed: p(409, 'Nobody confirmed it; nothing was signed.'),
  'data-folder-busy': p(500, 'Another process uses this data folder.'),
  'data-folder-unsafe': p(500, 'The data folder can be read by others.'),
  fatal: p(503, 'The service has stopped to protect its data.'),
}

/** RFC 9457 body. `code` is for programs, `title` for people. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: RefusalCode | 'internal'
  readonly detail?: string
  readonly facts?: Readonly<Record<string, string | number>>
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}
