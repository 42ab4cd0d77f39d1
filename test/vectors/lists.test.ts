import { expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/core/index.ts'
import {
  LIST_FORMATS,
  applyChanges,
  formatList,
  parseList,
  readManifest,
  type ListedFile,
} from '../../src/wire/index.ts'
import { verify } from '../law.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** A list with changes that lead to the next, or a manifest with the key that signed it. */
type Vector = Applied | Signed

interface Applied {
  readonly format: keyof typeof LIST_FORMATS
  /** Files as they lie there; changes by the last part of their names. */
  readonly base: string
  readonly changes: Readonly<Record<string, string>>
  readonly full?: string
}

interface Signed {
  readonly key: { readonly x: string; readonly y: string }
  readonly manifest: string
  readonly says?: unknown
}

it.each(ownVectors<Vector>('lists'))('lists/$name', ({ code, vector }) => {
  let read: unknown
  const work = () => {
    read = 'manifest' in vector ? said(vector) : applied(vector)
  }
  expect(codeOf(work)).toBe(code ?? 'accepted')
  if (code === null) expect(read).toEqual('manifest' in vector ? vector.says : vector.full)
})

function applied({ format: name, base, changes }: Applied): string {
  const format = LIST_FORMATS[name]
  const parts = Object.entries(changes).map(
    ([file, text]) => [file, parseList(format, text)] as const,
  )
  return formatList(format, applyChanges(format, parseList(format, base), new Map(parts)))
}

function said({ key, manifest }: Signed) {
  const point = { x: fromHex(key.x), y: fromHex(key.y) }
  const read = readManifest(fromHex(manifest), point, verify)
  const shown = (file: ListedFile) => ({ ...file, hash: toHex(file.hash) })
  const base = read.base && { ...read.base, full: shown(read.base.full) }
  return { ...read, base, files: read.files.map(shown) }
}
