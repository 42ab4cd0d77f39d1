import { LISTS, encodeSnapshot } from '../../core/index.ts'
import { ImeiSet, makeJudge, type Judge } from '../../edge/index.ts'
import { sha256Fast } from '../../host/index.ts'
import type { Numbers } from './s13-numbers.ts'

/** A judge over the register's own index of these numbers; sightings go nowhere. */
export async function judgeOf({ listed }: Numbers): Promise<Judge> {
  const bytes = encodeSnapshot({ list: LISTS.black, treeSize: 1, groups: listed })
  const { set } = await ImeiSet.fromSnapshot(bytes, sha256Fast(bytes), (error) => {
    throw error
  })
  return makeJudge({
    unknown: 'whitelist',
    isReady: () => true,
    stateOf: (imei14) => (set.has(imei14) ? 'stolen' : undefined),
    onSeen: () => undefined,
  })
}
