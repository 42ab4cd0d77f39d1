import {
  RELEASED_TO,
  Refusal,
  decodeCbor,
  demand,
  fromBase64,
  parseSlot,
  verifySlot,
  type Ledger,
  type Signer,
} from '../../core/index.ts'
import { ForceDraftsAnswer, type Trust } from '../../wire/index.ts'
import type { z } from 'zod'
import { FollowedLedger } from './followed-ledger.ts'
import { readDraft, sendSignatures, signDraft, type ReadDraft } from './drafts.ts'
import { APPROVER, FINDER, FORCE, OfficerDesk, PROPOSER } from './officer.ts'

type Waiting = z.infer<typeof ForceDraftsAnswer>

interface ForceDeskWith {
  readonly key: Signer
  readonly trust: Trust
  /** Ms. */
  readonly clock: () => number
  readonly origin: string
}

/**
 * A force's order key at its own desk. It signs a lock or a correction that two of the force's officers have signed,
 * a `found` or a return that one has, and checks that itself: their certificates in the log and not voided there, their
 * signatures, and that the order opens to one device. It asks; nobody can reach it.
 */
export class ForceDesk {
  readonly #desk: OfficerDesk
  readonly #key: Signer
  readonly #trust: Trust
  readonly #clock: () => number
  readonly #log: FollowedLedger

  /** @param with.origin of the log that its registry keeps */
  constructor(registryUrl: string, { key, trust, clock, origin }: ForceDeskWith) {
    this.#log = new FollowedLedger({ registryUrl, origin, trust, clock })
    this.#desk = new OfficerDesk(registryUrl, key, clock)
    this.#key = key
    this.#trust = trust
    this.#clock = clock
  }

  /** Signs whatever waits now. @returns the refusals, one for each draft that was not logged @throws {Refusal} */
  async once(): Promise<readonly unknown[]> {
    // Also while nothing waits: what does is not to wait for the log to be read.
    const ledger = await this.#log.now()
    const { drafts } = await this.#desk.get('/v1/force-drafts', ForceDraftsAnswer)
    const refused: unknown[] = []
    for (const draft of drafts)
      try {
        const read = this.#read(draft, ledger)
        await sendSignatures(this.#desk.registryUrl, [signDraft(read, FORCE, this.#key)])
      } catch (error) {
        refused.push(error)
      }
    return refused
  }

  /** @throws {Refusal} wrong-state, chain, cert-time, distrusted, signer-set, same-officer, signature, assertion, fields, opening */
  #read(draft: Waiting['drafts'][number], ledger: Ledger): ReadDraft {
    const { verify } = this.#trust
    const { authorities, size } = ledger
    const read = readDraft(draft, draft.act)
    demandInHand(read.order, ledger)
    const names = officersOf(draft, read.order).map((signature) => {
      const slot = parseSlot(decodeCbor(fromBase64(signature ?? ''), 2048))
      const { cert } = authorities.signer(slot.kid, this.#clock(), size)
      const isOurs = cert.role === 'officer' && cert.iss === read.order.auth
      demand(isOurs, 'signer-set', 'not signed by an officer of this force')
      const cose = {
        contentType: 'application/stolen-order+cbor',
        payload: read.payload,
        slots: [slot],
      } as const
      verifySlot(cose, slot, cert.key, {
        verify: verify.es256,
        relyingParties: authorities.root.relyingParties.filter(({ role }) => role === 'officer'),
        deviceBound: true,
      })
      return cert.sub
    })
    demand(new Set(names).size === names.length, 'same-officer', 'two officers means two people')
    return read
  }
}

/** One officer's word sends back only what this force has: by the log, whoever asks. @throws {Refusal} wrong-state */
function demandInHand({ act, to, of = -1, auth }: ReadDraft['order'], ledger: Ledger): void {
  if (act !== 'release' || to === RELEASED_TO.issuedInError) return
  const foundBy = ledger.standing(of)?.outstanding.foundBy
  demand(foundBy === auth, 'wrong-state', 'this force has not found the phone')
}

/** Whose signatures have to be there before the force's. @throws {Refusal} signer-set */
function officersOf(
  { signatures, voucher }: Waiting['drafts'][number],
  { act, to }: ReadDraft['order'],
) {
  const two = [signatures[PROPOSER], signatures[APPROVER]]
  switch (act) {
    case 'lock':
      return two
    case 'found':
      return [signatures[FINDER]]
    case 'release':
      // A phone that goes back is released by who has it in his hands; an error is seen by two.
      return to === RELEASED_TO.issuedInError ? two : [voucher]
    default:
      throw new Refusal('signer-set', `a ${act} does not wait here`)
  }
}
