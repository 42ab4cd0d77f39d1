import {
  LISTS,
  countOf,
  decodeSnapshot,
  deltaBetween,
  encodeDelta,
  encodeSnapshot,
  groupImeis,
  utf8,
  type Imei14,
} from '../src/core/index.ts'
import { generateNoteSigner, sha256Fast } from '../src/host/index.ts'
import {
  ED25519,
  formatVkey,
  signDeltaHead,
  signSnapshotHead,
  snapshotKeyName,
} from '../src/log/index.ts'
import type { ListsAnswer } from '../src/wire/index.ts'
import type { EdgeLog } from './edge-log.ts'
import type { EdgeRegistry } from './edge-registry.ts'

/** Which numbers a test puts on each list. */
interface Numbers {
  readonly black?: readonly Imei14[]
  readonly grey?: readonly Imei14[]
}

/** Signed lists of a log, honest or not: whatever a test puts on them. */
export class EdgeLists {
  readonly key
  readonly #log: EdgeLog
  readonly #registry: EdgeRegistry
  readonly #last = new Map<number, Uint8Array>()
  #offers: ListsAnswer['lists'] = []

  constructor(log: EdgeLog, registry: EdgeRegistry) {
    this.key = generateNoteSigner(snapshotKeyName(log.origin), ED25519).signer
    this.#log = log
    this.#registry = registry
  }

  /** Offers these as snapshots of the log's present tree. */
  snapshot(numbers: Numbers, note = this.#log.checkpoint()): void {
    this.#offers = this.each(numbers, (list, bytes, size) => {
      const hash = sha256Fast(bytes)
      const count = countOf(decodeSnapshot(bytes).groups)
      const said = { origin: this.#log.origin, list, size, count, hash }
      const head = signSnapshotHead(said, this.key.key, this.key.sign)
      this.put(`/v1/lists/${list}/${size}/snapshot`, bytes)
      return { list, snapshot: { size, head }, deltas: [] }
    })
    this.offer(note)
  }

  /** Offers a delta from what was offered last to these, of the log's present tree. */
  delta(numbers: Numbers): void {
    const before = this.#offers
    this.#offers = this.each(numbers, (list, bytes, size) => {
      const delta = deltaBetween(decodeSnapshot(this.#last.get(list)!), decodeSnapshot(bytes))
      const encoded = encodeDelta(delta)
      const { from, to, adds, removes } = delta
      const counts = { adds: countOf(adds), removes: countOf(removes) }
      const hashes = { hash: sha256Fast(encoded), result: sha256Fast(bytes) }
      const said = { origin: this.#log.origin, list, from, to, ...counts, ...hashes }
      const head = signDeltaHead(said, this.key.key, this.key.sign)
      this.put(`/v1/lists/${list}/${size}/delta`, encoded)
      const offer = before.find((one) => one.list === list)!
      return { ...offer, deltas: [...offer.deltas, { from, to, head }] }
    })
    this.offer(this.#log.checkpoint())
  }

  /** Alters the bytes of what is offered, not their head. */
  damage(path: string): void {
    const bytes = this.#registry.lists.get(path)!.slice()
    bytes[bytes.length - 1]! ^= 1
    this.put(path, bytes)
  }

  private each(
    { black = [], grey = [] }: Numbers,
    make: (list: 1 | 2, bytes: Uint8Array, size: number) => ListsAnswer['lists'][number],
  ): ListsAnswer['lists'] {
    const { size } = this.#log
    return [
      { list: LISTS.black, imeis: black },
      { list: LISTS.grey, imeis: grey },
    ].map(({ list, imeis }) => {
      const bytes = encodeSnapshot({ list, treeSize: size, groups: groupImeis(imeis) })
      const offer = make(list, bytes, size)
      this.#last.set(list, bytes)
      return offer
    })
  }

  private offer(note: string): void {
    const { size } = this.#log
    const answer: ListsAnswer = { key: formatVkey(this.key.key), size, note, lists: this.#offers }
    this.put('/v1/lists', utf8(JSON.stringify(answer)))
  }

  private put(path: string, bytes: Uint8Array): void {
    this.#registry.lists.set(path, bytes)
  }
}
