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

/** Both lists, and how each follows from the one before, where it does. */
interface Next {
  readonly made: Made
  readonly changes: Readonly<Record<keyof typeof LISTS, Delta | null>>
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
    const atMs = surroundings.clock()
    this.#wholeMs = Math.min(...(await Promise.all(BOTH.map((list) => wholeSince(db, list)))))
    const isWhole = atMs - this.#wholeMs >= SNAPSHOT_EVERY_MS
    if (before?.size === size && !isWhole) {
      this.#made = before
      return
    }
    // What is whole is made from nothing: no error that crept into the changes lives longer than a day.
    const { made, changes } = await this.next(isWhole ? null : before, await this.asOf(size))
    if (!this.isStill(size)) return
    const rows = BOTH.map((list) => this.rowOf(list, made, changes[nameOf(list)]))
    const isOurs = await keep(db, rows, { note, atMs, after: newest?.size })
    this.#made = isOurs ? made : null
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

  private async next(before: Made | null, asOf: AsOf): Promise<Next> {
    const { context } = this.#options
    const { size } = asOf
    const touched = before && (await numbersTouched(context, before.size, size))
    const change = before && touched && (await this.changed(before.black, touched, asOf))
    const black = encodeSnapshot(
      change
        ? applyDelta(decodeSnapshot(before.black), change)
        : {
            list: LISTS.black,
            treeSize: size,
            groups: groupImeis(await gathered(allBlack(context, asOf))),
          },
    )
    const groups = groupImeis(await allGrey(context, asOf))
    const grey = encodeSnapshot({ list: LISTS.grey, treeSize: size, groups })
    const greyChange = before && deltaBetween(decodeSnapshot(before.grey), decodeSnapshot(grey))
    return { made: { size, black, grey }, changes: { black: change, grey: greyChange } }
  }

  private async changed(
    before: Uint8Array,
    touched: readonly Imei14[],
    asOf: AsOf,
  ): Promise<Delta> {
    const lists = [...(await listsOf(this.#options.context, touched, asOf))]
    const where = (isIn: boolean) =>
      groupImeis(lists.flatMap(([imei, list]) => ((list === LISTS.black) === isIn ? imei : [])))
    const base = decodeSnapshot(before)
    const changes = changesTowards(base.groups, { listed: where(true), unlisted: where(false) })
    return { list: base.list, from: base.treeSize, to: asOf.size, ...changes }
  }

  /** The change that led to it; the whole, where there is none or no delta can say it. */
  private rowOf(list: List, made: Made, change: Delta | null): ListRow {
    const { key, sign } = this.#options.key
    const origin = key.name.slice(0, -'/snapshot'.length)
    const { size } = made
    const bytes = made[nameOf(list)]
    const hash = sha256Fast(bytes)
    const delta = change && encodedDelta(change)
    if (!delta) {
      const said = { origin, list, size, count: countOf(decodeSnapshot(bytes).groups), hash }
      const head = signSnapshotHead(said, key, sign)
      return { list, kind: 'snapshot', size, from: null, head, bytes }
    }
    const { from, to, adds, removes } = change
    const counts = { adds: countOf(adds), removes: countOf(removes) }
    const said = { origin, list, from, to, ...counts, hash: sha256Fast(delta), result: hash }
    return { list, kind: 'delta', size, from, head: signDeltaHead(said, key, sign), bytes: delta }
  }
}

const nameOf = (list: List) => (list === LISTS.black ? 'black' : 'grey')

/** Null: more than a delta can say. */
function encodedDelta(delta: Delta): Uint8Array | null {
  try {
    return encodeDelta(delta)
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
