import {
  LISTS,
  MAX_DELTA_BYTES,
  MAX_SNAPSHOT_BYTES,
  Refusal,
  demand,
  equal,
  type List,
} from '../../core/index.ts'
import {
  checkQuorum,
  logKeys,
  openCheckpoint,
  openDeltaHead,
  openSnapshotHead,
  type DeltaHead,
  type NoteKey,
  type SnapshotHead,
} from '../../log/index.ts'
import { ListsAnswer, type Trust } from '../../wire/index.ts'
import { parseJson, readBounded, utf8Text, type RegistryDoor } from '../registry-door.ts'

const BOTH = [LISTS.black, LISTS.grey] as const
/** Heads of two days of deltas of both lists. */
const MAX_INDEX_BYTES = 1_048_576
/** A snapshot of 256 MiB on a slow line. */
const REQUEST_MS = 600_000

export interface ListSourceOptions {
  readonly door: RegistryDoor
  readonly origin: string
  /** Of the heads; from the operator's file. */
  readonly key: NoteKey
  /** Under the newest root document known. */
  readonly trust: () => Trust
}

/** One list as its heads have it: from the snapshot over the deltas to the newest tree. */
export interface ListWay {
  readonly list: List
  readonly snapshot: SnapshotHead
  /** In order, each where the one before ends; the last one ends at the tree of the note. */
  readonly deltas: readonly DeltaHead[]
  /** SHA-256 of the list as of that tree. */
  readonly result: Uint8Array
  /** The last head, as it was signed. */
  readonly head: string
}

/** What a registry signed of one tree: the last lines of two heads, and a checkpoint beside them. */
export interface HeadsAt {
  readonly note: string
  readonly black: Pick<ListWay, 'result' | 'head'>
  readonly grey: Pick<ListWay, 'result' | 'head'>
}

/** What a registry signed of its lists as of one tree, the tree itself under the guarded quorum. */
export interface SignedLists {
  readonly size: number
  readonly note: string
  /** Cosigned time, Unix seconds. */
  readonly time: number
  readonly black: ListWay
  readonly grey: ListWay
}

/** The lists a registry offers, believed only under its key for heads, and of a tree that is public. */
export class ListSource {
  readonly #options: ListSourceOptions

  constructor(options: ListSourceOptions) {
    this.#options = options
  }

  /**
   * What is offered now; null where nothing is.
   * @throws {Refusal} unavailable, malformed, too-large; snapshot-malformed, log-unknown, note-signature:
   * the heads; log-signature, quorum: the checkpoint; list-delta-conflict: the deltas lead nowhere
   */
  async offered(stop: AbortSignal): Promise<SignedLists | null> {
    const index = await this.index(stop)
    if (index === null) return null
    const { size, note } = index
    const trust = this.#options.trust()
    const { guarded, verify } = trust
    const checkpoint = openCheckpoint(note, logKeys(guarded), verify.ed25519)
    demand(checkpoint.origin === this.#options.origin, 'log-unknown', 'a checkpoint of another log')
    demand(checkpoint.size === size, 'snapshot-hash', 'lists of another tree than the checkpoint')
    const quorum = checkQuorum(checkpoint, guarded, verify.ed25519)
    const [black, grey] = BOTH.map((list) => this.wayOf(offerOf(index, list), size))
    return { size, note, time: quorum.timeSeconds ?? 0, black: black!, grey: grey! }
  }

  /**
   * What it signed of the lists at this very tree; null where that is not offered. Only these two heads
   * are opened: a day has hundreds. @throws {Refusal} those of the index and of a head
   */
  async headsAt(size: number, stop: AbortSignal): Promise<HeadsAt | null> {
    const index = await this.index(stop)
    if (index === null) return null
    const [black, grey] = BOTH.map((list) => {
      const { snapshot, deltas } = offerOf(index, list)
      if (snapshot.size === size) return this.openSnapshot(list, snapshot.head)
      const delta = deltas.find(({ to }) => to === size)
      return delta ? this.openDelta(list, delta.head) : null
    })
    return black && grey ? { note: index.note, black, grey } : null
  }

  private async index(stop: AbortSignal): Promise<ListsAnswer | null> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)])
    const response = await this.#options.door.get('/v1/lists', 'application/json', signal)
    if (response.status === 404) return null
    demand(response.ok, 'unavailable', `the registry answered ${response.status}`)
    const text = utf8Text(await readBounded(response, MAX_INDEX_BYTES))
    const read = ListsAnswer.safeParse(parseJson(text))
    demand(read.success, 'malformed', 'expected the heads of lists')
    return read.data
  }

  private openSnapshot(list: List, head: string) {
    const { key, trust } = this.#options
    const snapshot = openSnapshotHead(head, [key], trust().verify.ed25519)
    this.demandMeant(list, snapshot)
    return { ...snapshot, result: snapshot.hash, head }
  }

  private openDelta(list: List, head: string) {
    const { key, trust } = this.#options
    const delta = openDeltaHead(head, [key], trust().verify.ed25519)
    this.demandMeant(list, delta)
    return { ...delta, head }
  }

  private demandMeant(list: List, head: { readonly origin: string; readonly list: List }): void {
    const isMeant = head.origin === this.#options.origin && head.list === list
    demand(isMeant, 'log-unknown', 'a head of another list')
  }

  private wayOf({ list, snapshot, deltas }: ListsAnswer['lists'][number], size: number): ListWay {
    const first = this.openSnapshot(list, snapshot.head)
    const way: (DeltaHead & Pick<HeadsAt['black'], 'head'>)[] = []
    let at = first.size
    for (const { from, to, head } of deltas) {
      if (from < at || to > size) continue
      const delta = this.openDelta(list, head)
      demand(delta.from === at, 'list-delta-conflict', 'a delta that begins at another tree')
      way.push(delta)
      at = delta.to
    }
    demand(at === size, 'list-delta-conflict', 'the deltas do not lead to the newest tree')
    const { result, head } = way.at(-1) ?? first
    return { list, snapshot: first, deltas: way, result, head }
  }

  /** @throws {Refusal} unavailable, too-large */
  async bytes(
    kind: 'snapshot' | 'delta',
    { list, size }: { readonly list: List; readonly size: number },
    stop: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)])
    const path = `/v1/lists/${list}/${size}/${kind}`
    const response = await this.#options.door.get(path, 'application/octet-stream', signal)
    demand(response.ok, 'unavailable', `the registry answered ${response.status}`)
    return readBounded(response, kind === 'snapshot' ? MAX_SNAPSHOT_BYTES : MAX_DELTA_BYTES)
  }
}

/** @throws {Refusal} malformed */
function offerOf({ lists }: ListsAnswer, list: List): ListsAnswer['lists'][number] {
  const offer = lists.find((one) => one.list === list)
  demand(offer !== undefined, 'malformed', `list ${list} is missing`)
  return offer
}

/** @throws {Refusal} snapshot-hash */
export function demandResult(way: ListWay, sha256: Uint8Array): void {
  if (!equal(way.result, sha256))
    throw new Refusal('snapshot-hash', 'the deltas do not give the list their heads name')
}
