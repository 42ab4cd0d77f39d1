import { expect, it } from 'vitest'
import { checkSale, fromHex, parseSale, thumbprint, toHex } from '../../src/core/index.ts'
import { verify } from '../law.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** A sale as a batch commits to it, and the log time (ms) it is judged at. */
interface Vector {
  readonly sale: string
  readonly t: number
  /** Thumbprints. */
  readonly says?: { readonly device: string; readonly seller: string; readonly buyer: string }
}

it.each(ownVectors<Vector>('transfer'))('transfer/$name', ({ code, vector }) => {
  let says: Vector['says']
  const judge = () => {
    const sale = checkSale(parseSale(fromHex(vector.sale)), vector.t, { verify })
    const [seller, buyer] = [sale.seller, sale.buyer].map((key) => toHex(thumbprint(key)))
    says = { device: toHex(sale.dak), seller: seller!, buyer: buyer! }
  }
  expect(codeOf(judge)).toBe(code ?? 'accepted')
  expect(says).toEqual(vector.says)
})
