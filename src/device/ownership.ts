import { thumbprint } from '../core/index.ts'
import { parseSaleProof, readTrust, type PublicSale } from '../wire/index.ts'
import type { Inside } from './inside.ts'
import { underNewest } from './obey.ts'

/**
 * Judges the proof of a sale and, if it is good, belongs to the buyer from then on. Nothing else
 * changes: a sale opens no gate and erases nothing.
 * @throws {Refusal} a code of `verifySaleForDevice`; store; unavailable: switched off
 */
export function takeOwner(inside: Inside, proof: Uint8Array): Promise<PublicSale> {
  const { memory, verify, options, law } = inside
  return memory.inTurn(async () => {
    inside.demandOn()
    const { store, known } = memory
    const sale = law.sell(proof, readTrust(known.root, verify), {
      dak: thumbprint(store.dak),
      device: known.device,
      lastOrder: known.last?.index ?? -1,
      owner: known.owner,
      ownedSince: known.ownedSince ?? -1,
      now: known.now,
      home: known.home,
    })
    await memory.persist({
      ...underNewest(known, parseSaleProof(proof).roots, verify),
      owner: thumbprint(sale.buyer),
      ownedSince: sale.index,
      now: Math.max(known.now, sale.now),
      treeSize: Math.max(known.treeSize, sale.treeSize),
    })
    options.logger.info({ index: sale.index }, 'sold')
    return sale
  })
}
