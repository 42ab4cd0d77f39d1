import {
  NOTHING_AFTERWARDS,
  checkOrder,
  checkOwnerKeyRecord,
  demand,
  outstandingOf,
  parseEntry,
  parseOwnerKeyRecord,
  type Afterwards,
  type Authorities,
  type Entry,
  type Order,
  type OwnerKeyChange,
} from '../core/index.ts'
import { openProof } from '../log/index.ts'
import type { Bundle, EarlierEntry } from './bundle.ts'
import type { Trust } from './trust.ts'

/**
 * What the bundle says of the order that a release undoes: the owner keys recorded for it, each
 * proved to be public and judged by the ledger's own function. `before`: the release's leaf, in `log`.
 * @throws {Refusal} of a proof, an order or an owner-key record; fields: entries that belong to
 * something else
 */
export function readAfterwards(
  { earlier }: Bundle,
  { order, before, log }: { readonly order: Order; readonly before: number; readonly log: string },
  trust: Trust,
  authorities: Authorities,
): Afterwards {
  const [first, ...records] = earlier
  if (first === undefined) return NOTHING_AFTERWARDS
  demand(
    order.act === 'release' || order.act === 'retire',
    'fields',
    `${order.act} rests on itself`,
  )
  const undone = opened(first, { before, log }, trust)
  demand(undone.index === order.of, 'of-mismatch', 'the first earlier entry is another order')
  const checked = checkOrder(undone.entry, undone.index, authorities, trust.verify.es256)
  const { act } = checked.order
  demand(act === 'hold' || act === 'lock', 'of-mismatch', `nobody undoes a ${act}`)
  const named = { outstanding: outstandingOf(checked.order, act, undone.index), t: checked.t }
  const changes: OwnerKeyChange[] = []
  let last = undone.index
  for (const record of records) {
    const { index, entry } = opened(record, { before, log }, trust)
    demand(index > last, 'fields', 'records stand in log order')
    last = index
    demand(entry.kind === 'owner-key', 'unknown-kind', 'expected an owner-key record')
    demand(
      parseOwnerKeyRecord(entry.body.payload).of === order.of,
      'of-mismatch',
      'a record about another order',
    )
    const { es256: verify } = trust.verify
    changes.push(checkOwnerKeyRecord(entry, { index, log, authorities, verify, named, changes }))
  }
  return { ...NOTHING_AFTERWARDS, ownerKeys: (of) => (of === order.of ? changes : []) }
}

function opened(
  { entry: bytes, proof }: EarlierEntry,
  { before, log }: { readonly before: number; readonly log: string },
  trust: Trust,
): { readonly index: number; readonly entry: Entry } {
  const entry = parseEntry(bytes)
  // That a lock is public is enough for undoing it: mercy does not wait for guardians.
  const { index, checkpoint } = openProof({
    proof,
    entry: bytes,
    policy: trust.plain,
    verify: trust.verify.ed25519,
  })
  demand(checkpoint.origin === log, 'log-unknown', 'an earlier entry of another log')
  demand(index < before, 'fields', 'an earlier entry that came later')
  return { index, entry }
}
