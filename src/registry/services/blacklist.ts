import {
  WHY_STOLEN,
  checkDigit,
  demand,
  lapse,
  parseOpening,
  stateInForce,
  type Frontiers,
  type Imei14,
  type State,
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
const BLACK: ReadonlySet<State> = new Set(['stolen', 'recovered', 'retired'])
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
    const frontiers = { plain, guarded }
    const { state } = lapse(stateInForce(list, frontiers, sequencer.ledger, { taken }), now)
    return BLACK.has(state) && refusing !== null ? rowsOf(refusing) : []
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

/** Every number of the device, as the order that refuses it names them. */
function rowsOf(order: KnownOrder): ListedNumber[] {
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
