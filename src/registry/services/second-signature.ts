import {
  Refusal,
  decodeCbor,
  demand,
  fromBase64,
  parseSlot,
  toBase64,
  type Slot,
} from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { StatusSignatureAnswer } from '../../wire/index.ts'
import type { Context } from '../context.ts'

/** A phone waits for it. */
const ASK_MS = 12_000

/**
 * The other signature under a status token, from whoever holds the other key and has read the log by
 * himself. @throws {Refusal} unavailable, timeout: no phone is set up meanwhile · activation-refused …: he knows of an order that we do not
 */
export async function secondSignature(
  { statusSignerUrl: base, keys, surroundings, logger }: Context,
  eat: Uint8Array,
  token: Uint8Array,
): Promise<Slot> {
  demand(base !== null, 'unavailable', 'nobody signs status tokens beside this registry')
  try {
    const { slot } = await call({
      method: 'POST',
      base,
      path: '/v1/status-signatures',
      body: { eat: toBase64(eat), token: toBase64(token) },
      answer: StatusSignatureAnswer,
      signer: keys.registry,
      clock: surroundings.clock,
      timeoutMs: ASK_MS,
    })
    return parseSlot(decodeCbor(fromBase64(slot), 1024))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const isAway = error.code === 'unavailable' || error.code === 'timeout'
    // What he refuses and we would not: one of us is wrong, or somebody wrote in our database.
    logger[isAway ? 'warn' : 'error']({ code: error.code }, 'no second signature')
    throw error
  }
}
