import {
  WHY_STOLEN,
  checkDigit,
  lapse,
  parseOpening,
  stateInForce,
  type Imei14,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { ordersOf, type KnownOrder } from '../model/orders.ts'

/** One number as legacy registers take it. */
export interface ListedNumber {
  readonly imei14: Imei14
  readonly checkDigit: string
  readonly blockDate: string
  readonly reasons: string[]
}

export interface ListedPage {
  readonly treeSize: number
  readonly items: ListedNumber[]
  readonly next: string | null
}

const PAGE = 500
const REASONS = new Map<number, string>(
  Object.entries(WHY_STOLEN).map(([word, number]) => [number, word]),
)

/** Numbers that are to be refused now, in the order of their subjects. */
export async function blacklistPage(context: Context, after: string | null): Promise<ListedPage> {
  const { db, sequencer } = context
  let query = db.selectFrom('subjects').select('id').orderBy('id').limit(PAGE)
  if (after !== null) query = query.where('id', '>', after)
  const ids = (await query.execute()).map(({ id }) => id)
  const orders = await ordersOf(db, ids)
  const frontiers = frontiersOf(sequencer.published)
  const now = Math.floor(sequencer.now() / 1000)
  const items = [...orders.values()].flatMap((list) => {
    const { state } = lapse(stateInForce(list, frontiers, sequencer.ledger), now)
    return state === 'stolen' || state === 'recovered' || state === 'retired' ? rowsOf(list) : []
  })
  const treeSize = sequencer.published.newest?.checkpoint.size ?? 0
  return { treeSize, items, next: ids.length < PAGE ? null : (ids.at(-1) ?? null) }
}

/** Every number of the device, as the order in force names them. */
function rowsOf(orders: readonly KnownOrder[]): ListedNumber[] {
  const order = orders.findLast(({ order: { act } }) => act === 'lock' || act === 'retire')
  if (!order) return []
  const blockDate = new Date(order.t).toISOString().slice(0, 10).replaceAll('-', '')
  const reason =
    order.order.act === 'retire' ? 'retired' : (REASONS.get(order.order.why ?? 0) ?? 'theft')
  return parseOpening(order.opening).ids.imeis.map((imei14) => ({
    imei14,
    checkDigit: String(checkDigit(imei14)),
    blockDate,
    reasons: [reason],
  }))
}
