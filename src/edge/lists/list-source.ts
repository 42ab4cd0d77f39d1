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
  /** The heads as they were signed. */
  readonly notes: readonly string[]
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
    const { door, origin, key } = this.#options
    const trust = this.#options.trust()
    const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)])
    const response = await door.get('/v1/lists', 'application/json', signal)
    if (response.status === 404) return null
    demand(response.ok, 'unavailable', `the registry answered ${response.status}`)
    const text = utf8Text(await readBounded(response, MAX_INDEX_BYTES))
    const read = ListsAnswer.safeParse(parseJson(text))
    demand(read.success, 'malformed', 'expected the heads of lists')
    const { size, note, lists } = read.data
    const { guarded, verify } = trust
    const checkpoint = openCheckpoint(note, logKeys(guarded), verify.ed25519)
    demand(checkpoint.origin === origin, 'log-unknown', 'a checkpoint of another log')
    demand(checkpoint.size === size, 'snapshot-hash', 'lists of another tree than the checkpoint')
    const quorum = checkQuorum(checkpoint, guarded, verify.ed25519)
    const way = (list: List) => {
      const offer = lists.find((one) => one.list === list)
      demand(offer !== undefined, 'malformed', `list ${list} is missing`)
      return wayOf(offer, { origin, key, trust, size })
    }
    const [black, grey] = [way(LISTS.black), way(LISTS.grey)]
    return { size, note, time: quorum.timeSeconds ?? 0, black, grey }
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

function wayOf(
  offer: ListsAnswer['lists'][number],
  by: {
    readonly origin: string
    readonly key: NoteKey
    readonly trust: Trust
    readonly size: number
  },
): ListWay {
  const { origin, key, trust, size } = by
  const { list } = offer
  const { ed25519 } = trust.verify
  const demandMeant = (head: { readonly origin: string; readonly list: List }) =>
    demand(head.origin === origin && head.list === list, 'log-unknown', 'a head of another list')
  const snapshot = openSnapshotHead(offer.snapshot.head, [key], ed25519)
  demandMeant(snapshot)
  const deltas: DeltaHead[] = []
  const notes = [offer.snapshot.head]
  let at = snapshot.size
  for (const { from, to, head } of offer.deltas) {
    if (from < at || to > size) continue
    const delta = openDeltaHead(head, [key], ed25519)
    demandMeant(delta)
    demand(delta.from === at, 'list-delta-conflict', 'a delta that begins at another tree')
    deltas.push(delta)
    notes.push(head)
    at = delta.to
  }
  demand(at === size, 'list-delta-conflict', 'the deltas do not lead to the newest tree')
  return { list, snapshot, deltas, result: deltas.at(-1)?.result ?? snapshot.hash, notes }
}

/** @throws {Refusal} snapshot-hash */
export function demandResult(way: ListWay, sha256: Uint8Array): void {
  if (!equal(way.result, sha256))
    throw new Refusal('snapshot-hash', 'the deltas do not give the list their heads name')
}
