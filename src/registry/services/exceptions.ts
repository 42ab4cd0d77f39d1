import { demand, parseIdentityOpening } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'

/** A place among the pairs: the last leaf given, and the tree its first page rested on. */
export interface ExceptionsCursor {
  readonly after: number
  readonly plain: number
}

export interface ExceptionsPage {
  readonly checkpoint: string | null
  readonly treeSize: number
  readonly guardedSize: number
  readonly items: { readonly imei14: string; readonly imsi: string }[]
  readonly next: string | null
}

const PAGE = 500

/**
 * The honest pairs that stand, in log order: what a register that cannot follow the feed
 * needs beside the blacklist, lest it refuse the owner of a copied number.
 * @throws {Refusal} bad-cursor: a tree that was never reached
 */
export async function exceptionsPage(
  { db, sequencer }: Context,
  cursor: ExceptionsCursor | null,
): Promise<ExceptionsPage> {
  const { published, ledger } = sequencer
  const reached = frontiersOf(published)
  const { plain, after } = cursor ?? { plain: reached.plain, after: -1 }
  demand(plain <= reached.plain, 'bad-cursor', 'not yet reached')
  const rows = await db
    .selectFrom('identity_openings')
    .select(['log_index', 'opening'])
    .where('log_index', '>', BigInt(after))
    .where('log_index', '<', BigInt(plain))
    .orderBy('log_index')
    .limit(PAGE)
    .execute()
  const now = Math.floor(sequencer.now() / 1000)
  const items = rows.flatMap(({ log_index, opening }) => {
    const exp = ledger.identity(Number(log_index))?.record.exp ?? null
    if (exp === null || exp < now || opening === null) return [] // a conflict, or over, or erased
    const { imei14, imsi } = parseIdentityOpening(new Uint8Array(opening)).pair
    return imsi === null ? [] : [{ imei14, imsi }]
  })
  const last = rows.length < PAGE ? undefined : rows.at(-1)?.log_index
  return {
    checkpoint: published.plain?.note ?? null,
    treeSize: plain,
    guardedSize: reached.guarded,
    items,
    next: last === undefined ? null : `${last}.${plain}`,
  }
}
