import { Refusal, type RefusalCode } from '../core/index.ts'

/** One step of a bundle's verification, in the order in which the first failure wins. */
export interface BundleStep {
  readonly number: number
  /** A word for logs and facts. */
  readonly name: string
  /** What it asks, for people. */
  readonly asks: string
  /** The refusals that belong to it, wherever they are noticed. */
  readonly codes: readonly RefusalCode[]
}

const step = (
  number: number,
  name: string,
  asks: string,
  ...codes: readonly RefusalCode[]
): BundleStep => ({ number, name, asks, codes })

const FORM = ['malformed', 'not-canonical', 'too-large'] as const

/** Numbers and codes are public: docs/spec/orders.md lists the same. */
export const BUNDLE_STEPS = {
  form: step(1, 'form', 'small, well formed, spelled the one way', ...FORM),
  kind: step(2, 'kind', 'an order of a kind known here', 'unknown-kind'),
  roots: step(3, 'roots', 'newer root documents follow', 'root-rollback', 'root-threshold'),
  proof: step(4, 'proof', 'the proof is one', 'proof-malformed'),
  log: step(5, 'log', 'a log we trust signed it', 'log-unknown', 'log-signature'),
  quorum: step(6, 'quorum', 'enough have seen it', 'witness-quorum', 'guardian-quorum'),
  inclusion: step(7, 'inclusion', 'the entry is public', 'not-included'),
  chain: step(8, 'chain', 'every signer leads to the root', 'chain', 'name-outside', 'cert-time'),
  trust: step(9, 'trust', 'no key of the chain is void here', 'distrusted'),
  signers: step(10, 'signers', 'exactly who must, and may', 'scope', 'signer-set', 'alg'),
  signatures: step(11, 'signatures', 'every signature holds', 'signature', 'assertion'),
  fields: step(12, 'fields', 'it says what an order can say', 'fields'),
  window: step(13, 'window', 'in its time', 'window', 'expired'),
  device: step(14, 'device', 'about the device it opens', 'opening', 'not-this-device'),
  counter: step(15, 'counter', 'newer than what was obeyed', 'replay'),
  state: step(16, 'state', 'follows from the present state', 'wrong-state', 'of-mismatch'),
  owner: step(17, 'owner', 'with the right owner key', 'owner-key', 'owner-delay'),
  store: step(18, 'store', 'kept before anybody says yes', 'store'),
} satisfies Readonly<Record<string, BundleStep>>

export type BundleStepName = keyof typeof BUNDLE_STEPS

/** Walks the steps and remembers how far: a fresh one for each bundle. */
export class StepTrail {
  readonly #passed = new Set<BundleStepName>()

  /** Steps that held so far. The last of them may have been found wanting afterwards. */
  get passed(): ReadonlySet<BundleStepName> {
    return this.#passed
  }

  /**
   * Runs (a part of) one step. Its refusal leaves with the number and the name of the step it belongs
   * to: decoding, for one, comes first and may meet what a later step is about.
   * @throws {Refusal} as `work`, with the facts `step` and `stepName`
   */
  run<T>(name: BundleStepName, work: () => T): T {
    try {
      const result = work()
      this.#passed.add(name)
      return result
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { number, name: stepName } = stepOf(error.code, BUNDLE_STEPS[name])
      throw new Refusal(error.code, error.message, { ...error.facts, step: number, stepName })
    }
  }
}

function stepOf(code: RefusalCode, noticed: BundleStep): BundleStep {
  if (noticed.codes.includes(code)) return noticed
  const all: readonly BundleStep[] = Object.values(BUNDLE_STEPS)
  return all.find(({ codes }) => codes.includes(code)) ?? noticed
}
