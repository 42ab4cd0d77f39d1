import {
  Refusal,
  parseAcceptance,
  parseOffer,
  parseSale,
  type RefusalCode,
} from '../../../core/index.ts'
import { LAW, type Law } from '../../../device/index.ts'
import { parseProof } from '../../../log/index.ts'
import { parseSaleProof } from '../../../wire/index.ts'
import type { BrokenDevice } from './parts.ts'

/** The law of sales, but for one refusal. */
function sells(code: RefusalCode): Partial<Law> {
  return {
    sell: (bytes, trust, phone) => {
      try {
        return LAW.sell(bytes, trust, phone)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== code) throw error
        const { record, proof } = parseSaleProof(bytes)
        const { offer, acceptance, seller } = parseSale(record)
        const { index } = parseProof(proof)
        const buyer = parseAcceptance(acceptance.payload).key
        const { dak } = parseOffer(offer.payload)
        const { now } = phone
        const at = { index, t: now * 1000, now, treeSize: 0 }
        return { ...at, dak, seller, buyer, registry: '', origin: '', trust }
      }
    },
  }
}

const sale = (name: string, says: string, code: RefusalCode, ...fails: string[]): BrokenDevice => ({
  name,
  says,
  fails,
  parts: () => ({ law: sells(code) }),
})

/** Wrong about whose it is. */
export const BROKEN_SALES: readonly BrokenDevice[] = [
  sale(
    'sold-by-anybody',
    'is sold by whoever has a registry record it',
    'owner-key',
    'SM-TRF-002',
    'SM-TRF-006',
    'SM-TRF-020',
  ),
  sale('sold-as-another', 'takes the sale of another phone', 'not-this-device', 'SM-TRF-021'),
  sale('sold-by-maker', 'takes a sale that no registry recorded', 'signer-set', 'SM-TRF-023'),
  sale('sold-in-secret', 'takes a sale that never stood in the log', 'not-included', 'SM-TRF-025'),
  sale('sold-unseen', 'takes a sale that nobody has seen', 'witness-quorum', 'SM-TRF-022'),
  sale(
    'sold-while-stolen',
    'is sold while it is locked',
    'wrong-state',
    'SM-TRF-004',
    'SM-TRF-005',
  ),
  sale('sold-again', 'is sold by a sale that is over', 'replay', 'SM-TRF-006', 'SM-TRF-009'),
]
