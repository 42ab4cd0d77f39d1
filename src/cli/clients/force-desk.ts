import {
  Refusal,
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
import { APPROVER, FINDER, FORCE, OfficerDesk, PROPOSER } from './officer.ts'

type Waiting = z.infer<typeof ForceDraftsAnswer>

/**
 * A force's order key at its own desk. It signs a lock that two of the force's officers have signed, a `found` or
 * a release that one has, and checks that itself: their certificates up to the root, their signatures, and that the
 * order opens to one device. It asks; nobody can reach it.
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
    const read = readDraft(draft, draft.act)
    const signed = certificates.map((one) => readCertificate(fromBase64(one)))
    const authorities = authoritiesFrom(root, signed, verify.es256)
    const names = officersOf(draft).map((signature) => {
      const slot = parseSlot(decodeCbor(fromBase64(signature ?? ''), 2048))
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
    demand(new Set(names).size === names.length, 'same-officer', 'two officers means two people')
    return read
  }
}

/** Whose signatures have to be there before the force's. @throws {Refusal} signer-set */
function officersOf({ act, signatures, voucher }: Waiting['drafts'][number]) {
  switch (act) {
    case 'lock':
      return [signatures[PROPOSER], signatures[APPROVER]]
    case 'found':
      return [signatures[FINDER]]
    case 'release':
      return [voucher]
    default:
      throw new Refusal('signer-set', `a ${act} does not wait here`)
  }
}
