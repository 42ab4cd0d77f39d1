import { demand, equal, parseOrder, thumbprint } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { SlotSignature } from '../signatures.ts'

/** The owner's slot of a release. */
const OWNER = 1

/**
 * What only the owner's pages ask for, a label's code and his word, is not left out by sending his signature past
 * them. Whoever a police counter or a paid claim made the owner has neither yet: his key is not the phone's.
 * @throws {Refusal} return-code, second-factor-needed
 */
export async function demandSaidElsewhere(
  { db }: Context,
  signatures: readonly SlotSignature[],
): Promise<void> {
  const ids = signatures.filter(({ slot }) => slot === OWNER).map(({ draftId }) => draftId)
  if (ids.length === 0) return
  const rows = await db
    .selectFrom('drafts')
    .innerJoin('subjects', 'subjects.id', 'drafts.subject_id')
    .innerJoin('devices', 'devices.id', 'subjects.device_id')
    .leftJoin('secret_words', 'secret_words.device_id', 'subjects.device_id')
    .leftJoin('returns', (join) =>
      join
        .onRef('returns.subject_id', '=', 'drafts.subject_id')
        .on('returns.released_ms', 'is', null)
        .on('returns.code_hash', 'is not', null)
        .on('returns.used_ms', 'is', null),
    )
    .select(['drafts.payload', 'devices.owner_thumbprint'])
    .select(['returns.found_index', 'secret_words.at_ms'])
    .where('drafts.id', 'in', ids)
    .where('drafts.act', '=', 'release')
    .where('drafts.state', '=', 'collecting')
    .execute()
  for (const { payload, owner_thumbprint: owner, found_index, at_ms } of rows) {
    const { okey } = parseOrder(new Uint8Array(payload))
    const isOwners = okey !== undefined && owner !== null && equal(thumbprint(okey.key), owner)
    if (!isOwners) continue
    demand(found_index === null, 'return-code', 'the code on the label is said on the pages')
    demand(at_ms === null, 'second-factor-needed', 'the owner says his word on the pages')
  }
}
