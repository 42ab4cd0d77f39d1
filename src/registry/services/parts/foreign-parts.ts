import {
  Refusal,
  demand,
  judgeByList,
  toBase64,
  type PartList,
  type State,
} from '../../../core/index.ts'
import { call, fetchPartList } from '../../../host/index.ts'
import { PartSightingAnswer, openCarried, type OpenedParts } from '../../../wire/index.ts'
import type { Context } from '../../context.ts'
import { demandRole, type Caller } from '../../model/caller.ts'
import type { Peer } from '../../options.ts'
import { noteSighting } from '../sightings.ts'
import { donorOf } from './donor.ts'
import { rowOf } from './known-parts.ts'

/** How often another registry makes a list: it is asked no oftener. */
const ASK_EVERY_MS = 300_000
/** Somebody waits for his phone meanwhile. */
const LIST_MS = 15_000
const TELL_MS = 2_000

interface Followed {
  readonly askedMs: number
  readonly opened: OpenedParts | null
}

/** A phone that asks for a part, and where it believes it is. */
interface SeenPart {
  /** Thumbprint of its key. */
  readonly part: Uint8Array
  readonly country: string
}

/**
 * The lists of stolen parts that the other registries publish, each judged as their own phones judge it.
 * A registry that is away counts with the last list it gave; one that never gave any is passed over, as
 * where a phone's home is asked for: no country's repairs stop because another's machine does.
 */
export class ForeignParts {
  readonly #context: Context
  readonly #followed = new Map<string, Followed>()
  readonly #asking = new Map<string, Promise<OpenedParts | null>>()

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Judges a part that this log knows nothing of. Of a phone that is stolen in another log it is refused
   * here too, and that phone's home is told. @throws {Refusal} part-refused
   */
  async judge(seen: SeenPart): Promise<void> {
    const { peers } = this.#context
    if (peers.length === 0 || (await rowOf(this.#context, seen.part))) return
    const lists = await Promise.all(peers.map((peer) => this.#listOf(peer)))
    for (const [i, peer] of peers.entries()) {
      const list = lists[i]
      if (list) await this.#judgeBy(peer, list, seen)
    }
  }

  async #judgeBy(peer: Peer, list: PartList, seen: SeenPart): Promise<void> {
    try {
      judgeByList(list, seen.part)
    } catch (error) {
      await this.#tell(peer, seen)
      throw error
    }
  }

  async #listOf(peer: Peer): Promise<PartList | null> {
    const { origin } = peer
    const known = this.#followed.get(origin)
    const isDue = !known || this.#context.surroundings.clock() - known.askedMs >= ASK_EVERY_MS
    if (!isDue) return known.opened?.list ?? null
    const asking = this.#asking.get(origin) ?? this.#ask(peer, known?.opened ?? null)
    this.#asking.set(origin, asking)
    const opened = await asking.finally(() => this.#asking.delete(origin))
    return opened?.list ?? null
  }

  async #ask(peer: Peer, held: OpenedParts | null): Promise<OpenedParts | null> {
    const { trust, surroundings } = this.#context
    const opened = await this.#passedOver(peer, async () => {
      const bytes = await fetchPartList(peer.url, held?.treeSize ?? 0, LIST_MS)
      // Its own log's, under anybody's authority that the root knows: it can list what it likes in any case.
      const home = { log: peer.origin, authority: null }
      return bytes && openCarried(bytes, trust, { home, held })
    })
    const newest = opened ?? held
    this.#followed.set(peer.origin, { askedMs: surroundings.clock(), opened: newest })
    return newest
  }

  /** Once: the phone that asked goes on asking, and each time is told again. */
  async #tell(peer: Peer, { part, country }: SeenPart): Promise<void> {
    const { keys, surroundings } = this.#context
    await this.#passedOver(peer, () =>
      call({
        method: 'POST',
        base: peer.url,
        path: '/v1/part-sightings',
        body: { part: toBase64(part), country },
        answer: PartSightingAnswer,
        signer: keys.registry,
        clock: surroundings.clock,
        timeoutMs: TELL_MS,
      }),
    )
  }

  async #passedOver<T>(peer: Peer, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#context.logger.warn({ peer: peer.origin, code: error.code }, 'stolen parts not shared')
      return null
    }
  }
}

const SEEN: readonly State[] = ['stolen', 'recovered']

/**
 * Another registry has refused a part of a phone that is stolen here: a sighting of that phone. What it
 * says of any other part is no news. @throws {Refusal} forbidden
 */
export async function takePartSighting(
  context: Context,
  caller: Caller,
  { part, country }: SeenPart,
): Promise<void> {
  demandRole(caller, 'registry')
  demand(part.length === 32, 'malformed', 'expected a thumbprint')
  const row = await rowOf(context, part)
  const donor = row && (await donorOf(context, new Uint8Array(row.host)))
  if (!donor || !SEEN.includes(donor.standing.state)) return
  const { subjectId, standing } = donor
  const seen = { subjectId, how: 'part', verdict: standing.state, country } as const
  await noteSighting(context, { ...seen, reporter: caller.sub })
}
