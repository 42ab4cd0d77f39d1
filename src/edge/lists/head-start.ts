import { LISTS, demand, imeiOfNumbers, type Imei14, type TacGroups } from '../../core/index.ts'
import { openDelta } from '../../log/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { ImeiSet } from '../sets/imei-set.ts'
import { ListedNumbers } from './listed-numbers.ts'
import { demandResult, type ListSource, type ListWay, type SignedLists } from './list-source.ts'

/**
 * The lists of one log as its registry signed them, from which a register answers while it proves every
 * order of the log. They prove nothing: what the log does not bear out goes with them.
 */
export class HeadStart {
  readonly signed: SignedLists
  readonly numbers: ListedNumbers

  private constructor(signed: SignedLists, black: ImeiSet, grey: ImeiSet) {
    const { size, time } = signed
    this.signed = signed
    this.numbers = new ListedNumbers({ black, grey, size, time })
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

  /** Both lists as they are held. */
  async encoded(): Promise<{ readonly black: Uint8Array; readonly grey: Uint8Array }> {
    const { black, grey } = this.numbers
    return {
      black: (await black.encode(LISTS.black, this.size)).bytes,
      grey: (await grey.encode(LISTS.grey, this.size)).bytes,
    }
  }
}

/** A list of its own: nothing answers from it before it is whole, and what its last head names. */
async function fetchList(
  source: ListSource,
  way: ListWay,
  onFault: (error: unknown) => void,
  stop: AbortSignal,
): Promise<ImeiSet> {
  const { snapshot } = way
  const bytes = await source.bytes('snapshot', snapshot, stop)
  const { set, list, treeSize } = await ImeiSet.fromSnapshot(bytes, snapshot.hash, onFault)
  const isSame = list === snapshot.list && treeSize === snapshot.size && set.size === snapshot.count
  demand(isSame, 'snapshot-hash', 'another list, tree size or count than the head names')
  for (const head of way.deltas) {
    const changed = await source.bytes('delta', { list: head.list, size: head.to }, stop)
    const { adds, removes } = openDelta(head, changed, sha256Fast)
    demandFits(set, adds, removes)
    for (const imei of numbersOf(adds)) set.add(imei)
    for (const imei of numbersOf(removes)) set.remove(imei)
  }
  const last = way.deltas.at(-1)
  if (last) demandResult(way, (await set.encode(way.list, last.to)).sha256)
  return set
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
