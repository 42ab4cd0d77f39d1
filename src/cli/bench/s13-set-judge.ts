import { makeJudge, type Judge } from '../../edge/index.ts'
import type { ImeiNumber } from './s13-numbers.ts'

/** A judge over a plain Set; sightings go nowhere. */
export function judgeOf(listed: Iterable<ImeiNumber>): Judge {
  const numbers = new Set(listed)
  return makeJudge({
    unknown: 'whitelist',
    isReady: () => true,
    stateOf: (imei14) => (numbers.has(Number(imei14)) ? 'stolen' : undefined),
    onSeen: () => undefined,
  })
}
