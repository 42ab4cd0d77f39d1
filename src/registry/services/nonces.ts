import { createHmac, timingSafeEqual } from 'node:crypto'
import { concat, demand, u64 } from '../../core/index.ts'
import type { Context } from '../context.ts'

const LIFETIME_MS = 600_000
const HEAD = 16

/** 32 bytes: time, randomness and our mark, so that any process knows its own without a table. */
export function drawNonce({ keys, surroundings }: Context): Uint8Array {
  const head = concat(u64(surroundings.clock()), surroundings.random(8))
  return concat(head, mark(keys.secret, head))
}

function mark(secret: Uint8Array, head: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', secret).update('nonce').update(head).digest()).slice(
    0,
    HEAD,
  )
}

/** @throws {Refusal} token-nonce: not ours, or older than ten minutes */
export function checkNonce({ keys, surroundings }: Context, nonce: Uint8Array): void {
  const head = nonce.subarray(0, HEAD)
  const ours = nonce.length === 32 && timingSafeEqual(mark(keys.secret, head), nonce.subarray(HEAD))
  demand(ours, 'token-nonce', 'the nonce is not ours')
  const age = surroundings.clock() - drawnAt(nonce)
  demand(age >= 0 && age <= LIFETIME_MS, 'token-nonce', 'the nonce is older than ten minutes')
}

/** When a nonce of ours was drawn, ms: whoever signed it did so later. */
export function drawnAt(nonce: Uint8Array): number {
  return Number(new DataView(nonce.buffer, nonce.byteOffset).getBigUint64(0))
}

/** A nonce that opens something is good once. @throws {Refusal} token-nonce */
export async function useNonce(context: Context, nonce: Uint8Array): Promise<void> {
  checkNonce(context, nonce)
  demand(await context.spent.spend(nonce), 'token-nonce', 'the nonce was used before')
}

/** Forgets what is too old to be shown again: by then its own time has run out. */
export async function forgetSpent({ db, surroundings }: Context): Promise<void> {
  await db
    .deleteFrom('used_nonces')
    .where('at_ms', '<', BigInt(surroundings.clock() - 2 * LIFETIME_MS))
    .execute()
}
