import {
  WHY_STOLEN,
  checkDigit,
  demand,
  heaviest,
  isBlack,
  listingsInForce,
  parseOpening,
  type Frontiers,
  type Imei14,
  type OpenedOrder,
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

/** A place in the list: the last subject given, and the frontiers its first page rested on. */
export interface ListCursor {
  readonly after: string
  readonly frontiers: Frontiers
}

export interface ListedPage {
  /** The newest checkpoint with the plain quorum. */
  readonly checkpoint: string | null
  readonly treeSize: number
  readonly guardedSize: number
  readonly items: ListedNumber[]
  readonly next: string | null
}

const PAGE = 500
const REASONS = new Map<number, string>(
  Object.entries(WHY_STOLEN).map(([word, number]) => [number, word]),
)

/**
 * Numbers that are to be refused, in the order of their subjects. All pages of one list rest on the
 * frontiers of its first, however the log grows meanwhile.
 * @throws {Refusal} bad-cursor: frontiers that were never reached
 */
export async function blacklistPage(
  context: Context,
  cursor: ListCursor | null,
): Promise<ListedPage> {
  const { db, sequencer } = context
  const { published } = sequencer
  const reached = frontiersOf(published)
  const { plain, guarded } = cursor?.frontiers ?? reached
  demand(plain <= reached.plain && guarded <= reached.guarded, 'bad-cursor', 'not yet reached')
  let query = db.selectFrom('subjects').select('id').orderBy('id').limit(PAGE)
  if (cursor !== null) query = query.where('id', '>', cursor.after)
  const ids = (await query.execute()).map(({ id }) => id)
  const orders = await ordersOf(db, ids)
  const now = Math.floor(sequencer.now() / 1000)
  const items = [...orders.values()].flatMap((list) => {
    let refusing: KnownOrder | null = null
    const taken = (known: KnownOrder) => {
      if (known.order.act === 'lock' || known.order.act === 'retire') refusing = known
    }
    const opened = list.map((one) => ({ ...one, imeis: parseOpening(one.opening).ids.imeis }))
    const frontiers = { plain, guarded }
    const listings = listingsInForce<KnownOrder & OpenedOrder>(
      opened,
      frontiers,
      sequencer.ledger,
      { taken },
    )
    const black = [...listings].filter(([, listing]) => isBlack(heaviest([listing], now)))
    return refusing === null ? [] : black.map(([imei14]) => rowOf(imei14, refusing!))
  })
  const last = ids.length < PAGE ? undefined : ids.at(-1)
  return {
    checkpoint: published.plain?.note ?? null,
    treeSize: plain,
    guardedSize: guarded,
    items,
    next: last === undefined ? null : `${last}.${plain}.${guarded}`,
  }
}

/** As the order says that refuses it. */
function rowOf(imei14: Imei14, { t, order }: KnownOrder): ListedNumber {
  const reason = order.act === 'retire' ? 'retired' : (REASONS.get(order.why ?? 0) ?? 'theft')
  return {
    imei14,
    checkDigit: String(checkDigit(imei14)),
    blockDate: new Date(t).toISOString().slice(0, 10).replaceAll('-', ''),
    reasons: [reason],
  }
}
