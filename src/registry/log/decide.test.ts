import { expect, test } from 'vitest'
import { Country, T0, bytes, signOrder } from '../../../test/law.ts'
import { batchPayload, coseSign, demand } from '../../core/index.ts'
import { decide } from './decide.ts'
import type { Submission } from './submission.ts'

const PHONE = 'a phone'
const at = T0 + 10

/** A hold and a sale of one phone that come into one pool. */
function pool(country: Country): { readonly hold: Submission; readonly sale: Submission } {
  const body = signOrder(country.order('hold', at), country.signers('hold'))
  const context = { opening: bytes(1, 0), ownerSalt: null, caseId: null, draftId: null }
  const batch = batchPayload({ type: 'sales', count: 1, root: bytes(32, 5) })
  const [registry] = country.registry
  return {
    hold: { kind: 'order', body, order: { subjectId: PHONE, ...context } },
    sale: {
      kind: 'batch',
      body: coseSign('application/stolen-batch+cbor', batch, [registry]),
      onlyIf: {
        subjectId: PHONE,
        demand: (state, t) => {
          demand(state === 'protected', 'wrong-state', `the phone is ${state}`)
          expect(t).toBe(at * 1000)
        },
      },
    },
  }
}

const judged = (country: Country, submissions: readonly Submission[]) =>
  decide(submissions, country.ledger, new Map([[PHONE, []]]), at * 1000)

test('A23: of a hold and a sale in one pool the hold wins, when it stands first', async () => {
  const country = new Country()
  const { hold, sale } = pool(country)
  const { accepted, refused } = await judged(country, [hold, sale])
  expect(accepted.map(({ submission }) => submission)).toEqual([hold])
  expect(refused.get(sale)).toMatchObject({ code: 'wrong-state' })
})

test('a sale that stands first is logged, and the hold after it', async () => {
  const country = new Country()
  const { hold, sale } = pool(country)
  const { accepted, refused } = await judged(country, [sale, hold])
  expect(accepted.map(({ submission }) => submission)).toEqual([sale, hold])
  expect(refused.size).toBe(0)
})
