import { RULES, chainOf, encodeDocument, parseEntry, toHex, type Link } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { formatProof, inclusionProof } from '../../log/index.ts'
import { encodeBundle, type EarlierEntry } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { PublishedNote } from '../log/published.ts'
import type { KnownOrder } from './orders.ts'

/**
 * The offline bundle of an order that has its quorum and is not void; null while it has not. `roots`
 * lead its reader from the root document he holds to the newest; `grants` are for a chip.
 */
export async function bundleFor(
  context: Context,
  known: KnownOrder,
  roots: readonly Uint8Array[] = [],
  grants: Uint8Array | null = null,
): Promise<Uint8Array | null> {
  const { sequencer } = context
  const published = sequencer.published[RULES[known.order.act].quorum]
  if (published === null || known.index >= published.checkpoint.size) return null
  const entry = await leafAt(context, known.index)
  const earlier = await earlierOf(context, known, published)
  const signed = [{ index: known.index, entry }, ...earlier]
  return encodeBundle({
    entry,
    certificates: certificatesOf(context, signed),
    proof: await proofOf(context, known.index, published),
    opening: known.opening,
    roots,
    earlier,
    ...(grants && { grants }),
  })
}

/** The root documents newer than this version, one after the other. */
export function rootsAfter(context: Context, version: number): Promise<Uint8Array[]> {
  const newer = context.sequencer.ledger.rootsAfter(version)
  return Promise.all(
    newer.map(async ({ index }) => encodeDocument(parseEntry(await leafAt(context, index)).body)),
  )
}

/** The undone order and its owner-key records, where an owner's later key opened the release. */
async function earlierOf(
  context: Context,
  { order: { of } }: KnownOrder,
  published: PublishedNote,
): Promise<(EarlierEntry & { readonly index: number })[]> {
  const { db, sequencer } = context
  if (of === undefined || sequencer.ledger.ownerKeys(of).length === 0) return []
  const records = await db
    .selectFrom('owner_keys')
    .select('log_index')
    .where('of_index', '=', BigInt(of))
    .orderBy('log_index')
    .execute()
  const indexes = [of, ...records.map(({ log_index }) => Number(log_index))]
  return Promise.all(
    indexes.map(async (index) => ({
      index,
      entry: await leafAt(context, index),
      proof: await proofOf(context, index, published),
    })),
  )
}

export async function leafAt({ db }: Context, index: number): Promise<Uint8Array> {
  const row = await db
    .selectFrom('entries')
    .select('leaf')
    .where('index', '=', BigInt(index))
    .executeTakeFirstOrThrow()
  return new Uint8Array(row.leaf)
}

export async function proofOf(
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

/** The signers' certificates of all these entries, root side first, each once. */
export function certificatesOf(
  { sequencer }: Context,
  entries: readonly { readonly index: number; readonly entry: Uint8Array }[],
): Uint8Array[] {
  const { authorities } = sequencer.ledger
  const links = entries.flatMap(({ index, entry }) => {
    const { t, body } = parseEntry(entry)
    // Owners' keys have no certificate.
    const certified = body.slots.filter(({ kid }) => authorities.ofKey(kid).length > 0)
    return certified.map(({ kid }) => authorities.signer(kid, t, index))
  })
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
