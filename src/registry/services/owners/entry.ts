import { demand, parseEntry, type Kind } from '../../../core/index.ts'
import { TILE_WIDTH, leafHash, tilePath } from '../../../log/index.ts'
import type { Context } from '../../context.ts'

/** A published entry. `t` in ms; `tile` is the path of the bundle it stands in, below `/log/`. */
export interface PublicEntry {
  readonly kind: Kind
  readonly t: number
  readonly payload: Uint8Array
  readonly leaf: Uint8Array
  readonly tile: string
}

/** @throws {Refusal} not-found: no such entry is public */
export async function entryAt({ db, sequencer }: Context, index: number): Promise<PublicEntry> {
  const size = sequencer.published.newest?.checkpoint.size ?? 0
  demand(Number.isSafeInteger(index) && index < size, 'not-found', 'no such entry')
  const { leaf } = await db
    .selectFrom('entries')
    .select('leaf')
    .where('index', '=', BigInt(index))
    .executeTakeFirstOrThrow()
  const bytes = new Uint8Array(leaf)
  const { kind, t, body } = parseEntry(bytes)
  const at = Math.floor(index / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, size - at * TILE_WIDTH)
  const tile = tilePath({ level: 'entries', index: at, width })
  return { kind, t, payload: body.payload, leaf: leafHash(bytes), tile }
}
