import {
  checkContinues,
  checkRelease,
  decodeCbor,
  demand,
  equal,
  fromBase64,
  judgePart,
  kidOf,
  parseCoseKey,
  parseRelease,
  readBinding,
  signPairingToken,
  toBase64,
  toHex,
  type Authorities,
  type DonorRelease,
  type Eat,
  type PairingToken,
  type Signer,
  type Tenure,
  type VerifyEs256,
} from '../core/index.ts'
import { readOrigin, type Makers, type PairingRequest } from '../wire/index.ts'
import type { z } from 'zod'
import type { Lie } from './case.ts'
import type { CaseLog } from './case-log.ts'
import { Constellation } from './constellation.ts'
import type { CraftedPart, PlayedParts } from './played-parts.ts'

const HOUR = 3600

type Asked = z.infer<typeof PairingRequest>

/** The registry's desk for parts, for one phone of one case: the law's own rules, on what the suite has made. */
export class PlayedPairings {
  readonly #world: Constellation
  readonly #log: CaseLog
  readonly #parts: PlayedParts
  readonly #verify: VerifyEs256
  /** What bound a part last, where a pairing did. */
  readonly #bound = new Map<string, Tenure>()

  constructor(world: Constellation, log: CaseLog, parts: PlayedParts, verify: VerifyEs256) {
    this.#world = world
    this.#log = log
    this.#parts = parts
    this.#verify = verify
  }

  /** @throws {Refusal} as docs/spec/parts.md §5 */
  pair(eat: Eat, asked: Asked, lie: Lie | null) {
    const key = parseCoseKey(decodeCbor(fromBase64(asked.key), 256))
    const document = fromBase64(asked.binding)
    const { binding, hash } = readBinding(document, { host: eat.dak, part: key }, this.#verify)
    demand(equal(binding.nonce, eat.nonce), 'token-nonce', 'the binding answers another question')
    const origin = readOrigin(fromBase64(asked.origin), key, this.#makers, this.#verify)
    const tenure = this.#bound.get(toHex(binding.part)) ?? origin.tenure
    const crafted = this.#parts.find(binding.part)
    const isBatchVoid = equal(origin.maker, kidOf(this.#world.batchMaker.key))
    this.#judge({ ...asked, part: binding.part, host: binding.dak, isBatchVoid, tenure }, crafted)
    const stands = this.#isBoundTo(tenure, binding.part, binding.dak) ? tenure!.binding : hash
    if (stands === hash) checkContinues(binding.previous, tenure)
    this.#bound.set(toHex(binding.part), { host: binding.dak, binding: stands })
    const truth: PairingToken = {
      binding: stands,
      part: binding.part,
      dak: binding.dak,
      treeSize: this.#log.size,
      root: this.#world.random(32),
      nonce: eat.nonce,
      exp: this.#log.now + HOUR,
    }
    return {
      token: toBase64(signPairingToken(this.#bent(truth, lie), this.#signer(lie))),
      ...this.#chain(),
    }
  }

  /** The phone asks a second time: its first answer was lost. */
  #isBoundTo(tenure: Tenure | null, part: Uint8Array, host: Uint8Array): boolean {
    return this.#bound.has(toHex(part)) && tenure !== null && equal(tenure.host, host)
  }

  #judge(
    asked: {
      readonly part: Uint8Array
      readonly host: Uint8Array
      readonly isBatchVoid: boolean
      readonly tenure: Tenure | null
      readonly release?: string | undefined
    },
    crafted: CraftedPart | undefined,
  ): void {
    const donor = crafted?.made?.donor ?? null
    const isSpent = crafted?.isSpent ?? false
    judgePart({
      part: asked.part,
      host: asked.host,
      isBatchVoid: asked.isBatchVoid,
      tenure: asked.tenure,
      donor: donor?.standing ?? null,
      release: asked.release && !isSpent ? this.#released(asked.release, crafted) : null,
      isReleaseUsed: asked.release !== undefined && isSpent,
      isMadeTwice: false,
      isDuplicate: crafted?.isCopied ?? false,
    })
  }

  /** Nobody asks for the signatures of a phone that may give nothing away. */
  #released(text: string, crafted: CraftedPart | undefined): DonorRelease | null {
    const donor = crafted?.made?.donor
    const state = donor?.standing.state
    if (!donor || (state !== 'protected' && state !== 'retired')) return null
    return checkRelease(parseRelease(fromBase64(text)), {
      phone: { dak: donor.dak.key, owner: donor.owner.key, state },
      authorities: this.#authorities,
      t: this.#log.now * 1000,
      index: this.#log.size,
      verify: this.#verify,
    })
  }

  get #authorities(): Authorities {
    return this.#world.authorities(this.#verify)
  }

  readonly #makers: Makers = (kid) => this.#world.maker(kid)

  #bent(truth: PairingToken, lie: Lie | null): PairingToken {
    const { random } = this.#world
    const bent: Partial<Record<Lie, Partial<PairingToken>>> = {
      'pairing-other-device': { dak: random(32) },
      'pairing-other-part': { part: random(32) },
      'pairing-other-nonce': { nonce: random(32) },
      'pairing-expired': { exp: this.#log.now - 1 },
      'pairing-smaller-tree': { treeSize: 1 },
    }
    return { ...truth, ...(lie && bent[lie]) }
  }

  #signer(lie: Lie | null): Signer {
    const { home } = this.#world
    if (lie === 'pairing-stranger') return Constellation.strangers()[0]!
    return lie === 'pairing-maker' ? home.maker.signer : home.registry[0].signer
  }

  #chain() {
    const { national, registry, maker } = this.#world.home
    const documents = [national, ...registry, maker].map(({ document }) => document)
    return { certificates: documents.map(toBase64), roots: [] }
  }
}
