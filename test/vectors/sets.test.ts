import { expect, it } from 'vitest'
import {
  applyDelta,
  decodeDelta,
  decodeSnapshot,
  encodeDelta,
  encodeSnapshot,
  fromHex,
  toHex,
  type TacGroups,
} from '../../src/core/index.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** A snapshot, a delta, or a delta applied to a snapshot; numbers by TAC. */
interface Vector {
  readonly snapshot?: string
  readonly delta?: string
  readonly apply?: string
  readonly result?: string
  readonly list?: number
  readonly treeSize?: number
  readonly groups?: Shown
  readonly from?: number
  readonly to?: number
  readonly adds?: Shown
  readonly removes?: Shown
}

type Shown = Readonly<Record<string, readonly number[]>>

it.each(ownVectors<Vector>('sets'))('sets/$name', ({ code, vector }) => {
  let read: (() => Vector) | undefined
  expect(codeOf(() => (read = reading(vector)))).toBe(code ?? 'accepted')
  if (code === null) expect(read!()).toEqual(vector)
})

/** Reads all of it, refusals included; what it gives back writes it again: one set has one encoding. */
function reading({ snapshot, delta, apply }: Vector): () => Vector {
  if (apply !== undefined) return applied(snapshot!, apply)
  return delta === undefined ? readSnapshot(snapshot!) : readDelta(delta)
}

function readSnapshot(hex: string): () => Vector {
  const { list, treeSize, groups } = decodeSnapshot(fromHex(hex))
  const numbers = shown(groups)
  return () => {
    const snapshot = toHex(encodeSnapshot({ list, treeSize, groups }))
    return { snapshot, list, treeSize, groups: numbers }
  }
}

function readDelta(hex: string): () => Vector {
  const read = decodeDelta(fromHex(hex))
  const { list, from, to, adds, removes } = read
  return () => {
    return { delta: toHex(encodeDelta(read)), list, from, to, adds: shown(adds), removes: shown(removes) }
  }
}

function applied(base: string, delta: string): () => Vector {
  const result = applyDelta(decodeSnapshot(fromHex(base)), decodeDelta(fromHex(delta)))
  shown(result.groups)
  return () => ({ snapshot: base, apply: delta, result: toHex(encodeSnapshot(result)) })
}

function shown(groups: TacGroups): Shown {
  const byTac: Record<string, number[]> = {}
  for (const { tac, snrs } of groups) byTac[String(tac).padStart(8, '0')] = [...snrs]
  return byTac
}
