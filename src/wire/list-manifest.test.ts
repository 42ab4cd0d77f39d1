import { expect, test } from 'vitest'
import { newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import {
  MAX_MANIFEST_BYTES,
  readManifest,
  signManifest,
  type ListManifest,
} from './list-manifest.ts'

const exporter = newKey()
const file = (name: string) => ({ name, bytes: 12, hash: new Uint8Array(32).fill(7) })
const manifest: ListManifest = {
  list: 'blacklist',
  log: 'log.example/stolen-mode',
  treeSize: 17,
  guardedSize: 16,
  time: 1_770_000_000,
  base: { treeSize: 12, full: file('20260101_000000_blacklist.csv') },
  files: [file('20260202_024000_blacklist.csv')],
  reason: null,
}
const read = (given: Partial<ListManifest>, by = exporter) =>
  readManifest(signManifest({ ...manifest, ...given }, by), exporter.key, verify)

test('a manifest goes round, and only the exporter can have signed it', () => {
  expect(read({})).toEqual(manifest)
  const first = { base: null, reason: 'a force joined' }
  expect(read(first)).toEqual({ ...manifest, ...first })
  expect(codeOf(() => read({}, newKey()))).toBe('signature')
})

test.each(['../secret', '/etc/passwd', '..', '.hidden', 'a/b', ''])(
  'A77: a manifest that names the file %j is malformed',
  (name) => {
    expect(codeOf(() => read({ files: [file(name)] }))).toBe('malformed')
    expect(codeOf(() => read({ base: { treeSize: 1, full: file(name) } }))).toBe('malformed')
  },
)

test('a manifest is bounded', () => {
  expect(codeOf(() => read({ files: [] }))).toBe('malformed')
  expect(codeOf(() => read({ files: Array.from({ length: 9 }, () => file('x')) }))).toBe(
    'malformed',
  )
  const long = new Uint8Array(MAX_MANIFEST_BYTES + 1)
  expect(codeOf(() => readManifest(long, exporter.key, verify))).toBe('too-large')
})
