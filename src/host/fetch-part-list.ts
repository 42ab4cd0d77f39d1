import { Refusal, demand } from '../core/index.ts'
import { MAX_CARRIED_BYTES } from '../wire/index.ts'
import { readBody } from './read-body.ts'

/**
 * The newest list of stolen parts of a registry, as it came: whoever asked judges it. Null where it is of no
 * larger tree than `after`. @throws {Refusal} unavailable
 */
export async function fetchPartList(
  base: string,
  after: number,
  timeoutMs: number,
): Promise<Uint8Array | null> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await fetch(`${base}/v1/part-list/${after}`, { signal })
    if (answer.status === 204) return null
    demand(answer.status === 200, 'unavailable', `the registry answers ${answer.status}`)
    return await readBody(answer, MAX_CARRIED_BYTES)
  } catch {
    throw new Refusal('unavailable', 'the list could not be fetched')
  }
}
