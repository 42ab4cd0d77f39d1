import {
  RELEASED_TO,
  authoritiesFrom,
  decodeCbor,
  demand,
  fromBase64,
  parseSlot,
  readCertificate,
  verifySlot,
  type Signer,
} from '../../core/index.ts'
import { ForceDraftsAnswer, type Trust } from '../../wire/index.ts'
import type { z } from 'zod'
import { readDraft, sendSignatures, signDraft, type ReadDraft } from './drafts.ts'
import { APPROVER, FORCE, OfficerDesk, PROPOSER } from './officer.ts'

type Waiting = z.infer<typeof ForceDraftsAnswer>

/**
 * A force's order key at its own desk. It signs what two of the force's officers have signed, and checks
 * that itself: their certificates up to the root, both signatures, and that the order opens to one device.
 * It asks; nobody can reach it.
 */
export class ForceDesk {
  readonly #desk: OfficerDesk
  readonly #key: Signer
  readonly #trust: Trust
  readonly #clock: () => number

  constructor(
    registryUrl: string,
    { key, trust, clock }: { key: Signer; trust: Trust; clock: () => number },
  ) {
    this.#desk = new OfficerDesk(registryUrl, key, clock)
    this.#key = key
    this.#trust = trust
    this.#clock = clock
  }

  /** Signs whatever waits now. @returns the refusals, one for each draft that was not logged @throws {Refusal} */
  async once(): Promise<readonly unknown[]> {
    const waiting = await this.#desk.get('/v1/force-drafts', ForceDraftsAnswer)
    const refused: unknown[] = []
    for (const draft of waiting.drafts)
      try {
        const read = this.#read(draft, waiting)
        await sendSignatures(this.#desk.registryUrl, [signDraft(read, FORCE, this.#key)])
      } catch (error) {
        refused.push(error)
      }
    return refused
  }

  /** @throws {Refusal} chain, cert-time, signer-set, same-officer, signature, assertion, fields, opening */
  #read(draft: Waiting['drafts'][number], { certificates }: Waiting): ReadDraft {
    const { root, verify } = this.#trust
    const read = readDraft(draft, 'lock', 'release')
    const { act, to } = read.order
    // A phone that goes back is released by other people, who have it in their hands.
    demand(act === 'lock' || to === RELEASED_TO.issuedInError, 'fields', 'expected a correction')
    const signed = certificates.map((one) => readCertificate(fromBase64(one)))
    const authorities = authoritiesFrom(root, signed, verify.es256)
    const names = [PROPOSER, APPROVER].map((position) => {
      const slot = parseSlot(decodeCbor(fromBase64(draft.signatures[position] ?? ''), 2048))
      const { cert } = authorities.signer(slot.kid, this.#clock(), 0)
      const isOurs = cert.role === 'officer' && cert.iss === read.order.auth
      demand(isOurs, 'signer-set', 'not signed by an officer of this force')
      const cose = {
        contentType: 'application/stolen-order+cbor',
        payload: read.payload,
        slots: [slot],
      } as const
      verifySlot(cose, slot, cert.key, {
        verify: verify.es256,
        relyingParties: root.relyingParties.filter(({ role }) => role === 'officer'),
        deviceBound: true,
      })
      return cert.sub
    })
    demand(names[0] !== names[1], 'same-officer', 'two officers means two people')
    return read
  }
}
