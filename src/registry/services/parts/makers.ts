import { isVoidAt } from '../../../core/index.ts'
import type { Makers } from '../../../wire/index.ts'
import type { Context } from '../../context.ts'

/**
 * Makers certified in this log. An expired certificate is no objection: parts live longer than the
 * 400 days of one, and a key that must not count any more is distrusted.
 */
export function makersOf({ sequencer }: Pick<Context, 'sequencer'>): Makers {
  return (kid) => {
    const link = sequencer.ledger.authorities.ofKey(kid).at(-1)
    if (link?.cert.role !== 'maker') return null
    return { key: link.cert.key, tacs: link.cert.scope.tacs }
  }
}

/** Whether the key that vouches for a part is void at the leaf with which the part appeared. */
export function isBatchVoid(
  { sequencer }: Pick<Context, 'sequencer'>,
  maker: Uint8Array,
  firstIndex: number,
): boolean {
  const { authorities } = sequencer.ledger
  const link = authorities.ofKey(maker).at(-1)
  return link === undefined || isVoidAt(authorities, link, firstIndex)
}
