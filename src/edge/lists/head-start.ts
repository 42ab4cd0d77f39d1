import {
  demand,
  equal,
  imeiOfNumbers,
  type Imei14,
  type ListedState,
  type TacGroups,
} from '../../core/index.ts'
import { openDelta } from '../../log/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { ImeiSet } from '../sets/imei-set.ts'
import { demandResult, type ListSource, type ListWay, type SignedLists } from './list-source.ts'

/** One list in memory, and the signed way that led to it. */
interface HeldList {
  readonly set: ImeiSet
  readonly way: ListWay
}

/**
 * The lists of one log as its registry signed them, from which a register answers while it proves every
 * order of the log. They prove nothing: what the log does not bear out goes with them. A list does not
 * tell a stolen phone from one that was recovered or retired: all are refused, and called stolen.
 */
export class HeadStart {
  readonly signed: SignedLists
  readonly #black: HeldList
  readonly #grey: HeldList

  private constructor(signed: SignedLists, black: HeldList, grey: HeldList) {
    this.signed = signed
    this.#black = black
    this.#grey = grey
  }

  /**
   * Null where the registry offers none.
   * @throws {Refusal} those of `ListSource`; snapshot-hash, snapshot-malformed, list-delta-conflict
   */
  static async fetch(
    source: ListSource,
    onFault: (error: unknown) => void,
    stop: AbortSignal,
  ): Promise<HeadStart | null> {
    const signed = await source.offered(stop)
    if (signed === null) return null
    const black = await fetchList(source, signed.black, onFault, stop)
    const grey = await fetchList(source, signed.grey, onFault, stop)
    return new HeadStart(signed, black, grey)
  }

  get size(): number {
    return this.signed.size
  }

  stateOf(imei: Imei14): ListedState | undefined {
    if (this.#black.set.has(imei)) return 'stolen'
    return this.#grey.set.has(imei) ? 'held' : undefined
  }

  /** Both lists as they are held. */
  async encoded(): Promise<{ readonly black: Uint8Array; readonly grey: Uint8Array }> {
    const encode = async ({ set, way }: HeldList) => (await set.encode(way.list, this.size)).bytes
    return { black: await encode(this.#black), grey: await encode(this.#grey) }
  }

  counts(): Record<ListedState, number> {
    const [stolen, held] = [this.#black.set.size, this.#grey.set.size]
    return { stolen, recovered: 0, retired: 0, held, released: 0 }
  }

  /**
   * Follows the registry's deltas to what it offers now; a new head start where they do not lead there.
   * @throws {Refusal} as `fetch`
   */
  async refreshed(
    source: ListSource,
    onFault: (error: unknown) => void,
    stop: AbortSignal,
  ): Promise<HeadStart> {
    const signed = await source.offered(stop)
    if (signed === null || signed.size <= this.size) return this
    const follow = async (held: HeldList, way: ListWay): Promise<HeldList> => {
      const rest = way.deltas.filter(({ from }) => from >= this.size)
      const leads = rest[0]?.from === this.size
      if (!leads) return fetchList(source, way, onFault, stop)
      return followed(source, { set: held.set, way }, rest, stop)
    }
    const black = await follow(this.#black, signed.black)
    const grey = await follow(this.#grey, signed.grey)
    return new HeadStart(signed, black, grey)
  }
}

async function fetchList(
  source: ListSource,
  way: ListWay,
  onFault: (error: unknown) => void,
  stop: AbortSignal,
): Promise<HeldList> {
  const { snapshot } = way
  const bytes = await source.bytes('snapshot', snapshot, stop)
  demand(equal(sha256Fast(bytes), snapshot.hash), 'snapshot-hash', 'not the snapshot of its head')
  const { set, list, treeSize } = await ImeiSet.fromSnapshot(bytes, snapshot.hash, onFault)
  const isSame = list === snapshot.list && treeSize === snapshot.size && set.size === snapshot.count
  demand(isSame, 'snapshot-hash', 'another list, tree size or count than the head names')
  return followed(source, { set, way }, way.deltas, stop)
}

/** Applied to the set itself, which goes on answering; what comes out must be what the last head names. */
async function followed(
  source: ListSource,
  { set, way }: HeldList,
  deltas: ListWay['deltas'],
  stop: AbortSignal,
): Promise<HeldList> {
  for (const head of deltas) {
    const bytes = await source.bytes('delta', { list: head.list, size: head.to }, stop)
    const { adds, removes } = openDelta(head, bytes, sha256Fast)
    demandFits(set, adds, removes)
    for (const imei of numbersOf(adds)) set.add(imei)
    for (const imei of numbersOf(removes)) set.remove(imei)
  }
  if (deltas.length > 0) demandResult(way, (await set.encode(way.list, deltas.at(-1)!.to)).sha256)
  return { set, way }
}

function demandFits(set: ImeiSet, adds: TacGroups, removes: TacGroups): void {
  for (const imei of numbersOf(adds))
    demand(!set.has(imei), 'list-delta-conflict', 'a number to add is there already')
  for (const imei of numbersOf(removes))
    demand(set.has(imei), 'list-delta-conflict', 'a number to remove is not there')
}

function* numbersOf(groups: TacGroups): Generator<Imei14> {
  for (const { tac, snrs } of groups) for (const snr of snrs) yield imeiOfNumbers(tac, snr)
}
