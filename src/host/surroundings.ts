import { randomBytes } from 'node:crypto'
import type { Verifiers } from '../wire/index.ts'
import { verifyEd25519 } from './ed25519.ts'
import { es256Verifier } from './es256.ts'

/** Milliseconds since 1970, UTC. */
export type Clock = () => number
/** That many fresh random bytes. */
export type RandomBytes = (length: number) => Uint8Array

/** What a party may not reach for itself: tests hand in their own. */
export interface Surroundings {
  readonly clock: Clock
  readonly random: RandomBytes
}

/** The machine's own clock and randomness. */
export const machine: Surroundings = {
  clock: () => Date.now(),
  random: (length) => new Uint8Array(randomBytes(length)),
}

/** A fraction of one, for pauses that must not coincide: nothing that has to be unguessable. */
export const fraction = (): number => Math.random()

/** Signature checks by node:crypto. */
export function nodeVerifiers(): Verifiers {
  return { es256: es256Verifier(), ed25519: verifyEd25519 }
}
