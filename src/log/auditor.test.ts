import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { concat, utf8 } from '../core/bytes.ts'
import { auditLog } from './auditor.ts'
import { signCheckpoint } from './checkpoint.ts'
import { appendEntries, bundleTile } from './entry-bundle.ts'
import { leafHash } from './merkle.ts'
import { formatVkey } from './note-key.ts'
import { parsePolicy } from './policy.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot } from './tile-edge.ts'
import { parseTilePath, tilePath } from './tiles.ts'

const log = testKey('log.example/gb', 1, 1)
const witness = testKey('w.example', 4, 2)
const LOG_LINE = `log ${formatVkey(log.key)}\n`
const policy = parsePolicy(`${LOG_LINE}quorum none\n`)

/** A log as any C2SP server would hold it: paths and bytes. */
function logOf(size: number): Map<string, Uint8Array> {
  const entries = Array.from({ length: size }, (_, i) => utf8(`entry ${i}`))
  const { edge, tiles } = appendLeaves(
    EMPTY_EDGE,
    entries.map((entry) => leafHash(entry)),
  )
  const files = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  for (const bundle of appendEntries(0, new Uint8Array(), entries))
    files.set(tilePath(bundleTile(bundle)), bundle.bytes)
  const head = { origin: 'log.example/gb', size, root: edgeRoot(edge) }
  files.set('checkpoint', utf8(signCheckpoint(head, log.key, log.sign)))
  return files
}

const audit = (files: ReadonlyMap<string, Uint8Array>, by = policy) =>
  auditLog({ policy: by, verify: verifyEd25519, read: async (path) => files.get(path) ?? null })

function bend(files: Map<string, Uint8Array>, path: string, at: number) {
  files.set(
    path,
    files.get(path)!.map((byte, i) => (i === at ? byte ^ 1 : byte)),
  )
  return files
}

describe('auditing a whole log', () => {
  it.each([0, 1, 255, 256, 257, 600])('finds a log of %i entries clean', async (size) => {
    const { checkpoint, quorum } = await audit(logOf(size))
    expect(checkpoint.size).toBe(size)
    expect(quorum).toEqual({ cosigners: [], timeSeconds: null })
  })

  it('reports progress and reads each file once, bundle by bundle', async () => {
    const files = logOf(600)
    const reads: string[] = []
    const steps: number[] = []
    await auditLog({
      policy,
      verify: verifyEd25519,
      progress: (leaves, size) => steps.push(leaves, size),
      read: async (path) => {
        reads.push(path)
        return files.get(path) ?? null
      },
    })
    expect(steps).toEqual([256, 600, 512, 600, 600, 600])
    expect(reads.toSorted()).toEqual([...files.keys()].toSorted())
  })

  it('covers a second level: full and partial tiles above', async () => {
    const files = logOf(65_536 + 300)
    expect(files.has('tile/1/000')).toBe(true)
    await audit(files)
    bend(files, 'tile/1/000', 40)
    await expect(audit(files)).rejects.toMatchObject({
      code: 'not-consistent',
      facts: { path: 'tile/1/000' },
    })
  })

  it('names the first entry that is not its leaf', async () => {
    const files = logOf(600)
    const bundle = files.get('tile/entries/001')!
    bend(files, 'tile/entries/001', bundle.length - 1)
    await expect(audit(files)).rejects.toMatchObject({
      code: 'not-included',
      facts: { leaf: 511, path: 'tile/entries/001' },
    })
    await expect(audit(bend(files, 'tile/0/000', 32 * 7))).rejects.toMatchObject({
      facts: { leaf: 7, path: 'tile/entries/000' },
    })
  })

  it('finds an entry changed together with its leaf', async () => {
    const files = logOf(300)
    bend(files, 'tile/entries/000', 2)
    const entry = files.get('tile/entries/000')!.subarray(2, 9)
    const tile = files.get('tile/0/000')!
    files.set('tile/0/000', concat(leafHash(entry), tile.subarray(32)))
    await expect(audit(files)).rejects.toMatchObject({
      code: 'not-consistent',
      facts: { path: 'tile/1/000.p/1' },
    })
  })

  it('finds one changed bit in an older partial tile that is still served', async () => {
    const files = logOf(300)
    const older = ['tile/0/001.p/7', 'tile/entries/001.p/7', 'tile/0/000.p/200'] as const
    const before = logOf(263)
    for (const path of older.slice(0, 2)) files.set(path, before.get(path)!)
    files.set(older[2], files.get('tile/0/000')!.slice(0, 200 * 32))
    const partials = older.map((path) => parseTilePath(path))
    const look = (served: ReadonlyMap<string, Uint8Array>) =>
      auditLog({
        policy,
        verify: verifyEd25519,
        read: async (path) => served.get(path) ?? null,
        // One that is gone by now, and one written ahead of its checkpoint, say nothing.
        partials: [...partials, parseTilePath('tile/0/001.p/9'), parseTilePath('tile/0/001.p/99')],
      })
    await expect(look(files)).resolves.toBeDefined()
    for (const path of older)
      await expect(look(bend(new Map(files), path, 20))).rejects.toMatchObject({ facts: { path } })
    const short = new Map(files).set(older[0], files.get(older[0])!.slice(0, 32))
    await expect(look(short)).rejects.toMatchObject({ code: 'tile-malformed' })
  })

  it('finds a signed root that is not that of the entries', async () => {
    const files = logOf(3)
    const head = { origin: 'log.example/gb', size: 3, root: leafHash(utf8('other')) }
    files.set('checkpoint', utf8(signCheckpoint(head, log.key, log.sign)))
    await expect(audit(files)).rejects.toMatchObject({
      code: 'not-consistent',
      facts: { path: 'checkpoint' },
    })
  })

  it('names what is missing or of the wrong shape', async () => {
    for (const path of ['checkpoint', 'tile/0/000', 'tile/entries/001.p/44', 'tile/1/000.p/1']) {
      const files = logOf(300)
      files.delete(path)
      await expect(audit(files)).rejects.toMatchObject({ code: 'not-found', facts: { path } })
    }
    for (const path of ['tile/0/000', 'tile/entries/001.p/44', 'tile/1/000.p/1']) {
      const files = logOf(300)
      files.set(path, files.get(path)!.slice(1))
      await expect(audit(files)).rejects.toMatchObject({ facts: { path } })
    }
  })

  it('takes the full tile where the partial one is gone because the log has grown', async () => {
    const files = logOf(300)
    const grown = logOf(600)
    for (const path of ['tile/0/001', 'tile/entries/001']) {
      files.delete(`${path}.p/44`)
      files.set(path, grown.get(path)!)
    }
    expect((await audit(files)).checkpoint.size).toBe(300)
  })

  it('names the signature line that fails, and a missing quorum', async () => {
    const files = logOf(1)
    const text = new TextDecoder().decode(files.get('checkpoint'))
    const witnessed = parsePolicy(`${LOG_LINE}witness W ${formatVkey(witness.key)}\nquorum W\n`)
    await expect(audit(files, witnessed)).rejects.toMatchObject({
      code: 'witness-quorum',
      facts: { path: 'checkpoint' },
    })
    files.set('checkpoint', utf8(text.replace('\n1\n', '\n2\n')))
    await expect(audit(files)).rejects.toMatchObject({
      code: 'log-signature',
      facts: { line: 'log.example/gb', path: 'checkpoint' },
    })
  })

  it('passes on a failure that is not a refusal', async () => {
    const read = () => Promise.reject(new Error('EIO'))
    await expect(auditLog({ policy, verify: verifyEd25519, read })).rejects.toThrow('EIO')
  })
})
