import { bitOf, rowLength } from './bits.ts'
import type { Grant } from './grants.ts'
import { writtenIndices, type Act, type Governed } from './indices.ts'
import { nvRead } from './nv-commands.ts'
import type { NvIndex } from './nv-index.ts'
import type { Tpm } from './tpm.ts'

/** L and R. The phone boots while they agree on a row of locks without a gap: see `BootPolicy`. */
export type LockBits = Readonly<Record<Act, bigint>>

/** How many locks there were, each released; null: the boot key stays where it is. */
export function locksBehind({ lock, release }: LockBits): number | null {
  return lock === release ? rowLength(lock) : null
}

/** What the bits will be after those grants. */
export function raisedBy({ lock, release }: LockBits, grants: readonly Grant[]): LockBits {
  const all = (act: Act) =>
    grants.reduce((bits, grant) => (grant.act === act ? bits | bitOf(grant.number) : bits), 0n)
  return { lock: lock | all('lock'), release: release | all('release') }
}

/** @throws {Refusal} store */
export async function readBits(tpm: Tpm, governed: Governed): Promise<LockBits> {
  const { lock, release } = writtenIndices(governed)
  return { lock: await readValue(tpm, lock), release: await readValue(tpm, release) }
}

/** An index of 8 bytes, as a number. @throws {Refusal} store */
export async function readValue(tpm: Tpm, index: NvIndex): Promise<bigint> {
  const bytes = await nvRead(tpm, index)
  return new DataView(bytes.buffer).getBigUint64(0)
}
