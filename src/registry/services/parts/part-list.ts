import {
  carriedAuthorities,
  encodePartList,
  joinThumbprints,
  kidOf,
  lapse,
  signPartListHead,
  type StolenParts,
} from '../../../core/index.ts'
import { sha256Fast } from '../../../host/index.ts'
import { encodeCarried } from '../../../wire/index.ts'
import type { Context } from '../../context.ts'
import { chainDocuments } from '../../model/bundles.ts'
import { foldInForce, ordersOf } from '../../model/orders.ts'

/** How often a list is made, where the log grows: a phone asks no oftener. */
const PART_LIST_EVERY_MS = 300_000
const PAGE = 500

/** A list as any carrier brings it to a phone. */
export interface MadePartList {
  readonly treeSize: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The list of stolen parts as of the newest tree that all quorums have seen, made once for everybody. */
export class PartListMaker {
  readonly #context: Context
  #made: MadePartList | null = null
  #madeMs = -Infinity
  #making: Promise<MadePartList | null> | null = null

  constructor(context: Context) {
    this.#context = context
  }

  /** Null: no guardian has seen any tree yet. */
  async newest(): Promise<MadePartList | null> {
    const { sequencer, surroundings } = this.#context
    const size = sequencer.published.guarded?.checkpoint.size ?? 0
    const isDue = surroundings.clock() - this.#madeMs >= PART_LIST_EVERY_MS
    if (this.#made && (this.#made.treeSize === size || !isDue)) return this.#made
    this.#making ??= this.make().finally(() => (this.#making = null))
    return this.#making
  }

  private async make(): Promise<MadePartList | null> {
    const { keys, sequencer, surroundings } = this.#context
    const { guarded } = sequencer.published
    if (guarded === null) return null
    const madeMs = surroundings.clock()
    const { origin, size: treeSize, root } = guarded.checkpoint
    const t = sequencer.now()
    const { authorities } = sequencer.ledger
    const list = encodePartList({
      log: origin,
      treeSize,
      stolen: await stolenParts(this.#context, treeSize),
      authorities: carriedAuthorities(authorities, t, treeSize),
    })
    const hash = sha256Fast(list)
    const link = authorities.signer(kidOf(keys.registry.key), t, treeSize)
    const bytes = encodeCarried({
      list,
      head: signPartListHead({ log: origin, treeSize, root, hash }, keys.registry),
      certificates: chainDocuments([link]),
      checkpoint: guarded.note,
    })
    this.#made = { treeSize, bytes: new Uint8Array(bytes) }
    this.#madeMs = madeMs
    return this.#made
  }
}

/**
 * Lock by lock through the log, each phone folded once as of that tree: a phone that was never locked
 * costs nothing.
 */
async function stolenParts(context: Context, size: number): Promise<readonly StolenParts[]> {
  const byAuthority = new Map<string, Uint8Array[]>()
  const seen = new Set<string>()
  for await (const subjects of lockedPhones(context, size)) {
    const fresh = subjects.filter((id) => !seen.has(id))
    for (const id of fresh) seen.add(id)
    const locked = await lockedBy(context, [...new Set(fresh)], size)
    for (const { id, subject } of await partsOf(context, [...locked.keys()])) {
      const authority = locked.get(subject)!
      const known = byAuthority.get(authority)
      if (known) known.push(id)
      else byAuthority.set(authority, [id])
    }
  }
  return [...byAuthority]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([authority, ids]) => ({ authority, parts: joinThumbprints(ids) }))
}

/** Phones that a lock below `size` is about, page by page; one that was locked again comes again. */
async function* lockedPhones({ db }: Context, size: number): AsyncGenerator<readonly string[]> {
  for (let after = -1, isMore = true; isMore;) {
    const page = await db
      .selectFrom('orders')
      .innerJoin('subjects', 'subjects.id', 'orders.subject_id')
      .select(['orders.log_index', 'orders.subject_id'])
      .where('orders.act', '=', 'lock')
      .where('subjects.device_id', 'is not', null)
      .where('orders.log_index', '>', BigInt(after))
      .where('orders.log_index', '<', BigInt(size))
      .orderBy('orders.log_index')
      .limit(PAGE)
      .execute()
    yield page.map(({ subject_id }) => subject_id)
    after = Number(page.at(-1)?.log_index ?? size)
    isMore = page.length === PAGE
  }
}

/** Of these subjects those that are stolen or recovered, and who locked them. */
async function lockedBy(
  { db, sequencer }: Context,
  ids: readonly string[],
  size: number,
): Promise<Map<string, string>> {
  const locked = new Map<string, string>()
  const now = Math.floor(sequencer.now() / 1000)
  for (const [id, orders] of await ordersOf(db, ids)) {
    const folded = foldInForce(orders, { guarded: size, plain: size }, sequencer.ledger)
    const { state, outstanding } = lapse(folded.device, now)
    if (outstanding && (state === 'stolen' || state === 'recovered'))
      locked.set(id, outstanding.auth)
  }
  return locked
}

async function partsOf({ db }: Context, subjects: readonly string[]) {
  if (subjects.length === 0) return []
  const rows = await db
    .selectFrom('parts')
    .innerJoin('subjects', 'subjects.device_id', 'parts.host')
    .select(['parts.id', 'subjects.id as subject'])
    .where('subjects.id', 'in', [...subjects])
    .execute()
  return rows.map(({ id, subject }) => ({ id: new Uint8Array(id), subject }))
}
