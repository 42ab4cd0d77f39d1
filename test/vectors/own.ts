import { readFileSync, readdirSync } from 'node:fs'
import { expect } from 'vitest'
import {
  Ledger,
  fromHex,
  readRoot,
  type Applied,
  type RootDocument,
} from '../../src/core/index.ts'
import { verify } from '../law.ts'
import { codeOf } from './outcome.ts'

const FOLDER = new URL('../../vectors/', import.meta.url)

/** One of the project's own vectors: its file name is the rule. */
export interface OwnVector<T> {
  readonly name: string
  /** The refusal it must raise, null when it is valid. */
  readonly code: string | null
  readonly vector: T
}

/** All vectors of a topic; every invalid one names its code, and no valid one does. */
export function ownVectors<T>(topic: string): OwnVector<T>[] {
  return (['valid', 'invalid'] as const).flatMap((kind) =>
    readdirSync(new URL(`${topic}/${kind}/`, FOLDER))
      .filter((file) => file.endsWith('.json'))
      .toSorted()
      .map((file) => {
        const vector = readJson<T & { code?: string }>(`${topic}/${kind}/${file}`)
        const code = vector.code ?? null
        if ((code === null) !== (kind === 'valid')) throw new Error(`${topic}/${file}: code?`)
        return { name: `${kind}/${file.replace('.json', '')}`, code, vector }
      }),
  )
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T
}

const rootOf = (hex: string): RootDocument => readRoot(fromHex(hex), verify)

/** Log entries that continue the founding: all are taken, but the last of an invalid vector. */
export interface LogVector {
  readonly entries: readonly string[]
}

/** @param foundingFile what the entries continue */
export function checkLogVector(
  { code, vector }: OwnVector<LogVector>,
  foundingFile: string,
): void {
  const founding = readJson<{ origin: string; root: string; entries: string[] }>(foundingFile)
  const ledger = new Ledger(rootOf(founding.root), verify, founding.origin)
  const apply = (hex: string): Applied => ledger.apply(ledger.size, fromHex(hex))
  for (const hex of [...founding.entries, ...vector.entries.slice(0, -1)]) apply(hex)
  expect(codeOf(() => apply(vector.entries.at(-1)!))).toBe(code ?? 'accepted')
}
