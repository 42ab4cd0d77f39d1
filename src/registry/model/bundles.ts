import {
  RULES,
  chainOf,
  encodeDocument,
  parseEntry,
  checkOrder,
  toHex,
  type Link,
} from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { formatProof, inclusionProof } from '../../log/index.ts'
import { encodeBundle } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { PublishedNote } from '../log/published.ts'
import type { KnownOrder } from './orders.ts'

/** The offline bundle of an order that has its quorum and is not void; null while it has not. */
export async function bundleFor(context: Context, known: KnownOrder): Promise<Uint8Array | null> {
  const { db, sequencer } = context
  const published = sequencer.published[RULES[known.order.act].quorum]
  if (published === null || known.index >= published.checkpoint.size) return null
  const row = await db
    .selectFrom('entries')
    .select('leaf')
    .where('index', '=', BigInt(known.index))
    .executeTakeFirstOrThrow()
  const entry = new Uint8Array(row.leaf)
  return encodeBundle({
    entry,
    certificates: certificatesOf(context, known.index, entry),
    proof: await proofOf(context, known.index, published),
    opening: known.opening,
    roots: [],
  })
}

async function proofOf(
  { store }: Context,
  index: number,
  { checkpoint, note }: PublishedNote,
): Promise<string> {
  const hashes = await inclusionProof(
    index,
    checkpoint.size,
    (tile) => store.readTile(tile),
    sha256Fast,
  )
  return formatProof({ index, hashes, checkpoint: note, extra: null })
}

/** The signers' certificates, root side first, each once. */
function certificatesOf(
  { sequencer, trust }: Context,
  index: number,
  entry: Uint8Array,
): Uint8Array[] {
  const { authorities } = sequencer.ledger
  const { links } = checkOrder(parseEntry(entry), index, authorities, trust.verify.es256)
  return chainDocuments(links)
}

/** The documents of these links and of everybody above them, root side first. */
export function chainDocuments(links: readonly Link[]): Uint8Array[] {
  const seen = new Map<string, Link>()
  for (const link of links.flatMap((leaf) => chainOf(leaf).toReversed()))
    seen.set(toHex(link.kid), link)
  const depth = (link: Link) => chainOf(link).length
  return [...seen.values()]
    .toSorted((a, b) => depth(a) - depth(b))
    .map((link) => encodeDocument(link.cose))
}
