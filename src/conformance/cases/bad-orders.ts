import type { RefusalCode } from '../../core/index.ts'
import type { Bend, Case, Step } from '../case.ts'

const HOME: Step = { do: 'look', screen: 'home' }

/** An order with one fault: refused, nothing changed, and the sound one after it is obeyed. */
function refused(
  number: string,
  title: string,
  fault: {
    readonly bend: Bend
    readonly refusal: RefusalCode | 'some'
    readonly act?: 'hold' | 'lock'
    readonly attacks?: readonly number[]
  },
): Case {
  const { bend, refusal, act = 'lock', attacks = [] } = fault
  return {
    id: `SM-ORD-${number}`,
    level: 'must',
    title,
    demands: [1, 10],
    attacks,
    given: 'set-up',
    steps: [
      HOME,
      { do: 'issue', act, as: 'bad', ctr: 1, bend },
      { do: 'deliver', order: 'bad', refusal, screen: 'home' },
      { do: 'sync', attested: { state: 'protected', ctr: 0, outstanding: null } },
      { do: 'issue', act, as: 'good', ctr: 1 },
      { do: 'deliver', order: 'good', screen: act === 'lock' ? 'stolen' : 'held' },
    ],
  }
}

/** A phone under a lock, and a release with one fault: it stays locked, and the sound one frees it. */
function kept(
  number: string,
  title: string,
  fault: {
    readonly bend: Bend
    readonly refusal: RefusalCode | 'some'
    readonly attacks?: readonly number[]
  },
): Case {
  const { bend, refusal, attacks = [] } = fault
  return {
    id: `SM-ORD-${number}`,
    level: 'must',
    title,
    demands: [2],
    attacks,
    given: 'set-up',
    steps: [
      { do: 'issue', act: 'lock', as: 'lock', ctr: 1, told: true },
      { do: 'deliver', order: 'lock', screen: 'stolen' },
      { do: 'issue', act: 'release', as: 'bad', ctr: 2, of: 'lock', bend },
      { do: 'deliver', order: 'bad', refusal, screen: 'stolen' },
      { do: 'sync', attested: { state: 'stolen', ctr: 1, outstanding: 'lock' } },
      { do: 'issue', act: 'release', as: 'good', ctr: 2, of: 'lock', told: true },
      { do: 'deliver', order: 'good', screen: 'home' },
    ],
  }
}

export const BAD_ORDERS: readonly Case[] = [
  refused('010', 'a lock without any guardian', {
    bend: 'no-guardians',
    refusal: 'guardian-quorum',
    attacks: [52, 53],
  }),
  refused('011', 'a lock with too few guardians', {
    bend: 'one-guardian',
    refusal: 'guardian-quorum',
    attacks: [52, 84],
  }),
  refused('012', 'a lock signed by one officer', {
    bend: 'one-officer',
    refusal: 'signer-set',
    attacks: [49],
  }),
  refused('013', 'a lock signed by one officer twice', {
    bend: 'officer-twice',
    refusal: 'signer-set',
    attacks: [50],
  }),
  refused('014', 'a lock with too few witnesses', {
    bend: 'one-witness',
    refusal: 'witness-quorum',
    attacks: [82, 83],
  }),
  refused('015', 'a lock with a cosignature that does not verify', {
    bend: 'bent-cosignature',
    refusal: 'note-signature',
    attacks: [83],
  }),
  refused('016', 'a lock with a signature that does not verify', {
    bend: 'forged-signature',
    refusal: 'signature',
    attacks: [91],
  }),
  refused('017', 'a lock signed by nobody the root knows', {
    bend: 'unknown-signers',
    refusal: 'chain',
    attacks: [56],
  }),
  refused('018', 'a lock without the certificates of its signers', {
    bend: 'no-certificates',
    refusal: 'chain',
    attacks: [56],
  }),
  refused('019', 'a lock signed with the key that certifies officers', {
    bend: 'issuing-key',
    refusal: 'signer-set',
    attacks: [91],
  }),
  refused('020', 'a lock that never stood in the log', {
    bend: 'never-logged',
    refusal: 'not-included',
    attacks: [54],
  }),
  refused('021', 'a lock with a proof that is none', {
    bend: 'bent-proof',
    refusal: 'proof-malformed',
    attacks: [54],
  }),
  refused('022', 'a lock of a log that no policy names', {
    bend: 'foreign-log',
    refusal: 'log-unknown',
    attacks: [48],
  }),
  refused('023', 'a lock of a log with the right name and another key', {
    bend: 'impostor-log',
    refusal: 'log-signature',
    attacks: [82],
  }),
  refused('024', 'a lock of another country’s log', {
    bend: 'other-country-log',
    refusal: 'log-unknown',
    attacks: [56],
  }),
  refused('025', 'a lock about another phone', {
    bend: 'another-device',
    refusal: 'not-this-device',
    attacks: [44],
  }),
  refused('026', 'a lock that names the phone by its number only', {
    bend: 'number-only',
    refusal: 'not-this-device',
    attacks: [13, 45],
  }),
  refused('027', 'a lock with an opening that does not open it', {
    bend: 'another-opening',
    refusal: 'opening',
    attacks: [55],
  }),
  refused('028', 'a lock that brings a root document of others', {
    bend: 'root-of-others',
    refusal: 'root-threshold',
    attacks: [90],
  }),
  refused('029', 'a lock that brings a root document which skips a version', {
    bend: 'root-skipped',
    refusal: 'root-rollback',
    attacks: [90],
  }),
  refused('030', 'a lock spelled in another than the one way', {
    bend: 'not-canonical',
    refusal: 'not-canonical',
    attacks: [92],
  }),
  refused('031', 'a lock that ends too early', {
    bend: 'cut-short',
    refusal: 'malformed',
    attacks: [92],
  }),
  refused('032', 'a lock larger than any', {
    bend: 'oversized',
    refusal: 'too-large',
    attacks: [92],
  }),
  refused('033', 'a certificate where an order should be', {
    bend: 'no-order',
    refusal: 'unknown-kind',
    attacks: [91],
  }),
  refused('034', 'a lock with one byte changed', {
    bend: 'bent-byte',
    refusal: 'some',
    attacks: [92],
  }),
  refused('035', 'a hold without any guardian', {
    act: 'hold',
    bend: 'no-guardians',
    refusal: 'guardian-quorum',
    attacks: [53],
  }),
  refused('036', 'a hold that never stood in the log', {
    act: 'hold',
    bend: 'never-logged',
    refusal: 'not-included',
    attacks: [54],
  }),
  kept('040', 'a release by the police alone', {
    bend: 'police-only',
    refusal: 'signer-set',
    attacks: [24],
  }),
  kept('041', 'a release by the owner alone', {
    bend: 'owner-only',
    refusal: 'signer-set',
    attacks: [25],
  }),
  kept('042', 'a release by another owner', {
    bend: 'another-owner',
    refusal: 'owner-key',
    attacks: [27, 28],
  }),
  kept('043', 'a release with a signature that does not verify', {
    bend: 'forged-signature',
    refusal: 'signature',
    attacks: [91],
  }),
  kept('044', 'a release for another phone', {
    bend: 'another-device',
    refusal: 'not-this-device',
    attacks: [19],
  }),
  kept('045', 'a release with too few witnesses', {
    bend: 'one-witness',
    refusal: 'witness-quorum',
    attacks: [82],
  }),
]
