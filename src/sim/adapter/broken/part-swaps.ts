import { Refusal, type RefusalCode, type WhyPartRefused } from '../../../core/index.ts'
import { LAW, type Law } from '../../../device/index.ts'
import type { BrokenDevice } from './parts.ts'

/** The law of who may sit in a phone, but for some refusals. */
function fits(isWaived: (refusal: Refusal) => boolean): Partial<Law> {
  return {
    fitPart: async (fitted, known) => {
      try {
        return await LAW.fitPart(fitted, known)
      } catch (error) {
        if (!(error instanceof Refusal) || !isWaived(error)) throw error
        const { type, part } = fitted
        return { type, part, binding: part }
      }
    },
  }
}

/** The law of pairing tokens, but for one refusal. */
function binds(code: RefusalCode): Partial<Law> {
  return {
    bindPart: (...args) => {
      try {
        return LAW.bindPart(...args)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== code) throw error
        const { dak, part, nonce, treeSize, now } = args[2]
        return { binding: part, part, dak, treeSize, root: part, nonce, exp: now }
      }
    },
  }
}

const prt = (numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `SM-PRT-${String(number).padStart(3, '0')}`)

const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

const fitting = (
  name: string,
  says: string,
  isWaived: (refusal: Refusal) => boolean,
  fails: readonly number[],
): BrokenDevice => ({ name, says, fails: prt(fails), parts: () => ({ law: fits(isWaived) }) })

const binding = (
  name: string,
  says: string,
  code: RefusalCode,
  fails: readonly number[],
): BrokenDevice => ({ name, says, fails: prt(fails), parts: () => ({ law: binds(code) }) })

const why = (reason: WhyPartRefused) => (refusal: Refusal) => refusal.facts['why'] === reason
const coded = (code: RefusalCode) => (refusal: Refusal) => refusal.code === code

/** Wrong about whose parts are in it. */
export const BROKEN_PARTS: readonly BrokenDevice[] = [
  fitting('part-swap', 'takes in whatever part answers', () => true, [
    2,
    3,
    7,
    40,
    41,
    42,
    43,
    44,
    46,
    60,
    61,
    ...from(10, 23),
    ...from(30, 36),
    ...from(50, 56),
  ]),
  fitting('part-unpaired', 'takes in a part that nobody has refused', why('not-paired'), [
    2,
    3,
    7,
    41,
    61,
    ...from(10, 23),
    ...from(30, 36),
    ...from(50, 56),
  ]),
  {
    name: 'part-serial-only',
    says: 'knows its parts by their numbers',
    fails: prt([4, 5]),
    parts: () => ({
      law: {
        hearPart: (answer, challenge, verify) =>
          answer
            ? LAW.hearPart(answer, challenge, () => true)
            : LAW.hearPart(answer, challenge, verify),
      },
    }),
  },
  {
    name: 'part-any-answer',
    says: 'does not look whether a part has answered this question or an older one',
    fails: prt([5]),
    parts: () => ({
      law: {
        hearPart: (answer, challenge) =>
          LAW.hearPart(answer, challenge, (_, __, signature) => signature.length > 0),
      },
    }),
  },
  fitting('stolen-donor', 'takes in a part of a stolen phone', why('donor-stolen'), [
    13,
    14,
    40,
    46,
    60,
    61,
    ...from(50, 56),
  ]),
  fitting('held-donor', 'takes in a part of a held phone', why('donor-held'), [15]),
  fitting('part-unreleased', 'takes in a part nobody gave away', why('not-released'), [16, 23, 42]),
  fitting('release-twice', 'takes in a part given away before', coded('donor-release-used'), [18]),
  fitting('part-copy', 'takes in a part that is a copy', coded('part-duplicate'), [19]),
  fitting(
    'void-key-accepted',
    'takes in a part that a void key vouches for',
    coded('part-batch-revoked'),
    [20, 43],
  ),
  fitting(
    'part-of-nobody',
    'takes in a part that no maker vouches for',
    coded('part-unknown'),
    [21, 22, 44],
  ),
  binding('others-pairing', 'takes a pairing for another phone', 'token-wrong-device', [30]),
  binding('any-pairing', 'takes a pairing that answers another question', 'token-nonce', [31, 32]),
  binding('expired-pairing', 'takes a pairing that has expired', 'token-expired', [33]),
  binding('old-tree-pairing', 'takes a pairing of a smaller log', 'tree-went-back', [34]),
  binding('strangers-pairing', 'takes a pairing of anybody', 'chain', [35]),
  binding('makers-pairing', 'takes a pairing of anybody the root knows', 'signer-set', [36]),
  {
    name: 'restricted-hides-lock',
    says: 'asks about a part before it says that it is stolen',
    fails: prt([6, 7]),
    parts: () => ({
      law: {
        gate: (record, activated, opened, parts) =>
          parts?.length ? { kind: 'restricted', parts } : LAW.gate(record, activated, opened),
      },
    }),
  },
  {
    name: 'restricted-dialler',
    says: 'calls anybody while a part waits for its pairing',
    fails: prt([3]),
    parts: () => ({
      law: {
        mayCall: (number, screen) => screen === 'restricted' || LAW.mayCall(number, screen),
      },
    }),
  },
]
