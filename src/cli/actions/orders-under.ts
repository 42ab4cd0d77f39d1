import { kidOf, type BookedOrder, type Ledger } from '../../core/index.ts'
import { readCertificatePaper } from '../ceremony/papers.ts'
import { print } from '../out.ts'
import { audited, type Options } from './audit.ts'

interface Under extends Options {
  readonly from?: number
}

interface Row {
  readonly index: number
  readonly at: string
  readonly act: string
  readonly authority: string
  /** A hold or lock that nothing has undone yet. */
  readonly isOutstanding: boolean
}

/**
 * The orders that rest on a key and count, from an entry on: what its ancestor goes through before he
 * distrusts it. The whole log is audited first, so nobody can leave one out.
 */
export async function ordersUnder(path: string, where: string, options: Under): Promise<void> {
  const { cert } = await readCertificatePaper(path)
  const { ledger, checkpoint } = await audited(where, options)
  const booked = ledger.ordersUnder(kidOf(cert.key)).filter(({ isVoid }) => !isVoid)
  const orders = booked
    .filter(({ index }) => index >= (options.from ?? 0))
    .map((order) => rowOf(order, ledger))
  const value = { name: cert.sub, size: checkpoint.size, orders }
  print(
    options.json ?? false,
    value,
    [`${cert.sub}: ${orders.length} orders`, ...lines(orders)].join('\n'),
  )
}

function rowOf({ index, t, order }: BookedOrder, ledger: Ledger): Row {
  const standing = ledger.standing(index)
  return {
    index,
    at: new Date(t).toISOString(),
    act: order.act,
    authority: order.auth,
    isOutstanding: standing !== undefined && !standing.isClosed,
  }
}

function lines(orders: readonly Row[]): string[] {
  if (orders.length === 0) return []
  const rows = orders.map(
    ({ index, at, act, authority, isOutstanding }) =>
      `${String(index).padStart(9)}  ${at}  ${act.padEnd(8)} ${authority}${isOutstanding ? '  in force' : ''}`,
  )
  return [...rows, `To keep them all: --kept ${orders.map(({ index }) => index).join(',')}`]
}
