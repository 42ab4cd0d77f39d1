import {
  LISTS,
  Refusal,
  applyDelta,
  changesTowards,
  countOf,
  decodeDelta,
  decodeSnapshot,
  deltaBetween,
  encodeDelta,
  encodeSnapshot,
  groupImeis,
  parseEntry,
  type Delta,
  type Imei14,
  type List,
  type Snapshot,
  type TacGroups,
} from '../../core/index.ts'
import { sha256Fast, type NoteSigner } from '../../host/index.ts'
import { signDeltaHead, signSnapshotHead } from '../../log/index.ts'
import type { Context } from '../context.ts'
import { faultOf } from '../fault.ts'
import type { Published } from '../log/published.ts'
import { bytesOf, headsOf, keep, newestMade, wholeSince, type ListRow } from './list-rows.ts'
import { allBlack, allGrey, listsOf, numbersTouched, type AsOf } from './members.ts'

/** How often a delta is made, where the log grows. */
export const LISTS_EVERY_MS = 300_000
const SNAPSHOT_EVERY_MS = 86_400_000

const BOTH = Object.values(LISTS)

type Both = Readonly<Record<keyof typeof LISTS, Uint8Array>>

/** Both lists as encoded snapshots, as of one tree. */
interface Made extends Both {
  readonly size: number
}

export interface ListMakerOptions {
  readonly context: Pick<Context, 'db' | 'sequencer' | 'surroundings' | 'logger'>
  /** Named `<origin>/snapshot`. */
  readonly key: NoteSigner
  readonly everyMs: number
  /** Told of the tree whose lists are about to be made, while it is the newest: readers compare. */
  readonly announce: (size: number) => void
}

/**
 * Makes snapshots and deltas of the black and the grey list, and signs their heads. They follow from the
 * log and openings and are a convenience: whoever has those can make the same, byte for byte.
 */
export class ListMaker {
  readonly #options: ListMakerOptions
  #made: Made | null = null
  #triedMs = -Infinity
  /** When a list was last made whole. */
  #wholeMs = -Infinity
  #making: Promise<void> | null = null

  constructor(options: ListMakerOptions) {
    this.#options = options
  }

  /** Resolves when nothing is being made. */
  async settled(): Promise<void> {
    await this.#making
  }

  /**
   * Told of each publication. Lists are of a tree that all quorums have seen, and of no moment at which
   * a later leaf already says something of earlier ones: the ledger knows only now.
   */
  published({ newest, guarded }: Published): void {
    const { context, everyMs, announce } = this.#options
    const now = context.surroundings.clock()
    if (newest === null || newest !== guarded || this.#making) return
    const { size } = newest.checkpoint
    const isNews = this.#made?.size !== size || now - this.#wholeMs >= SNAPSHOT_EVERY_MS
    if (now - this.#triedMs < everyMs || !isNews || !this.isStill(size)) return
    this.#triedMs = now
    announce(size)
    const { note } = newest
    this.#making = this.make(size, note)
      .catch((error: unknown) => {
        this.#made = null
        context.logger.warn({ err: faultOf(error) }, 'no lists were made')
      })
      .finally(() => {
        this.#making = null
      })
  }

  private isStill(size: number): boolean {
    return this.#options.context.sequencer.ledger.afterwardsAt < size
  }

  private async make(size: number, note: string): Promise<void> {
    const { db, surroundings, logger } = this.#options.context
    const newest = await newestMade(db)
    if (newest && newest.size > size) return
    const before = await this.lastMade(newest?.size ?? null)
    const after = before?.size === size ? before : await this.next(before, await this.asOf(size))
    if (!this.isStill(size)) return
    const atMs = surroundings.clock()
    this.#wholeMs = Math.min(...(await Promise.all(BOTH.map((list) => wholeSince(db, list)))))
    const isWhole = atMs - this.#wholeMs >= SNAPSHOT_EVERY_MS
    if (before === after && !isWhole) return
    const rows = BOTH.map((list) => this.rowOf(list, isWhole ? null : before, after))
    const isOurs = await keep(db, rows, { note, atMs, after: newest?.size })
    this.#made = isOurs ? after : null
    if (isWhole) this.#wholeMs = atMs
    logger.info({ size, isOurs }, 'lists made')
  }

  /** As of the last leaf below `size`. */
  private async asOf(size: number): Promise<AsOf> {
    const { leaf } = await this.#options.context.db
      .selectFrom('entries')
      .select('leaf')
      .where('index', '=', BigInt(size - 1))
      .executeTakeFirstOrThrow()
    return { size, t: Math.floor(parseEntry(new Uint8Array(leaf)).t / 1000) }
  }

  private async lastMade(size: number | null): Promise<Made | null> {
    if (size === null) return null
    if (this.#made?.size === size) return this.#made
    try {
      const black = await this.read(LISTS.black, size)
      const grey = await this.read(LISTS.grey, size)
      return black && grey && { size, black, grey }
    } catch (error) {
      // Rows that were damaged: the list is made from orders again.
      if (error instanceof Refusal) return null
      throw error
    }
  }

  /** A list as of `size`, from the last snapshot and the deltas behind it; null where they do not lead there. */
  private async read(list: List, size: number): Promise<Uint8Array | null> {
    const { db } = this.#options.context
    const heads = await headsOf(db, list)
    const first = heads.findLast((head) => head.kind === 'snapshot')
    const bytes = first && (await bytesOf(db, { list, kind: 'snapshot', size: first.size }))
    if (!first || !bytes) return null
    let snapshot: Snapshot = decodeSnapshot(bytes)
    for (const head of heads) {
      if (head.kind !== 'delta' || head.size <= first.size) continue
      const delta = await bytesOf(db, { list, kind: 'delta', size: head.size })
      if (delta) snapshot = settled(applyDelta(snapshot, decodeDelta(delta)))
    }
    return snapshot.treeSize === size ? encodeSnapshot(snapshot) : null
  }

  private async next(before: Made | null, asOf: AsOf): Promise<Made> {
    const { context } = this.#options
    const { size } = asOf
    const touched = before && (await numbersTouched(context, before.size, size))
    const grey = groupImeis(await allGrey(context, asOf))
    return {
      size,
      black: encoded(
        LISTS.black,
        size,
        before && touched
          ? await this.changed(before.black, touched, asOf)
          : groupImeis(await gathered(allBlack(context, asOf))),
      ),
      grey: encoded(LISTS.grey, size, grey),
    }
  }

  private async changed(
    before: Uint8Array,
    touched: readonly Imei14[],
    asOf: AsOf,
  ): Promise<TacGroups> {
    const lists = [...(await listsOf(this.#options.context, touched, asOf))]
    const where = (isIn: boolean) =>
      groupImeis(lists.flatMap(([imei, list]) => ((list === LISTS.black) === isIn ? imei : [])))
    const base = decodeSnapshot(before)
    const changes = changesTowards(base.groups, { listed: where(true), unlisted: where(false) })
    const { list, treeSize: from } = base
    return applyDelta(base, { list, from, to: asOf.size, ...changes }).groups
  }

  /** The delta from what was before; the whole, where nothing was or no delta leads there. */
  private rowOf(list: List, before: Made | null, after: Made): ListRow {
    const { key, sign } = this.#options.key
    const origin = key.name.slice(0, -'/snapshot'.length)
    const { size } = after
    const bytes = after[nameOf(list)]
    const hash = sha256Fast(bytes)
    const change = before && deltaOf(list, before, after)
    if (!change) {
      const said = { origin, list, size, count: countOf(decodeSnapshot(bytes).groups), hash }
      const head = signSnapshotHead(said, key, sign)
      return { list, kind: 'snapshot', size, from: null, head, bytes }
    }
    const { delta, encoded: changed } = change
    const { from, to, adds, removes } = delta
    const counts = { adds: countOf(adds), removes: countOf(removes) }
    const said = { origin, list, from, to, ...counts, hash: sha256Fast(changed), result: hash }
    const head = signDeltaHead(said, key, sign)
    return { list, kind: 'delta', size, from, head, bytes: changed }
  }
}

const nameOf = (list: List) => (list === LISTS.black ? 'black' : 'grey')

function encoded(list: List, treeSize: number, groups: TacGroups): Uint8Array {
  return encodeSnapshot({ list, treeSize, groups })
}

/** Null: more than a delta can say. */
function deltaOf(
  list: List,
  before: Made,
  after: Made,
): { readonly delta: Delta; readonly encoded: Uint8Array } | null {
  const name = nameOf(list)
  const delta = deltaBetween(decodeSnapshot(before[name]), decodeSnapshot(after[name]))
  try {
    return { delta, encoded: encodeDelta(delta) }
  } catch (error) {
    if (error instanceof Refusal && error.code === 'too-large') return null
    throw error
  }
}

/** Gone through once: a chain of lazy changes would be gone through again with every step. */
function settled(snapshot: Snapshot): Snapshot {
  return decodeSnapshot(encodeSnapshot(snapshot))
}

async function gathered(pages: AsyncIterable<readonly Imei14[]>): Promise<Imei14[]> {
  const all: Imei14[] = []
  for await (const page of pages) all.push(...page)
  return all
}
