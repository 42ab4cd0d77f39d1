import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { toBase64, utf8 } from '../core/bytes.ts'
import { auditLog } from './auditor.ts'
import { bundleTile } from './entry-bundle.ts'
import { leafHash } from './merkle.ts'
import { formatNote, type NoteSignature } from './note.ts'
import { signText } from './open-note.ts'
import { NO_QUORUM } from './policy.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot } from './tile-edge.ts'
import { TILE_WIDTH, changedBundles, tilePath } from './tiles.ts'

interface Foreign {
  readonly size?: number
  readonly origin?: string
  readonly keyName?: string
  readonly extensions?: readonly string[]
  readonly others?: readonly NoteSignature[]
  readonly entry?: (index: number) => Uint8Array
  readonly withEntries?: boolean
}

/** A log as strangers run them, made here from the public formats alone. */
function foreignLog(how: Foreign = {}) {
  const { size = 300, origin = 'log.example/others', extensions = [], others = [] } = how
  const { keyName = origin, entry = (i) => utf8(`entry ${i}`), withEntries = true } = how
  const { key, sign } = testKey(keyName, 1, 7)
  const entries = Array.from({ length: size }, (_, i) => entry(i))
  const leaves = entries.map((bytes) => leafHash(bytes))
  const { edge, tiles } = appendLeaves(EMPTY_EDGE, leaves)
  const files = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  for (const { index, width } of withEntries ? changedBundles(0, size) : []) {
    const own = entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width)
    const parts = own.flatMap((bytes) => [bytes.length >> 8, bytes.length & 255, ...bytes])
    files.set(tilePath(bundleTile({ index, width })), Uint8Array.from(parts))
  }
  const lines = [origin, String(size), toBase64(edgeRoot(edge)), ...extensions]
  const text = lines.map((line) => `${line}\n`).join('')
  const signatures = [...others, signText(text, key, sign), ...others]
  files.set('checkpoint', utf8(formatNote({ text, signatures })))
  const policy = { logs: [{ key, url: null }], witnesses: [], groups: [], quorum: NO_QUORUM }
  const audit = (as: 'foreign' | 'ours' = 'foreign', expected = origin) =>
    auditLog({
      policy,
      verify: verifyEd25519,
      read: async (path) => files.get(path) ?? null,
      ...(as === 'foreign' && { foreign: { origin: expected, keys: [key] } }),
    })
  return { files, audit }
}

const line = (name: string, length: number): NoteSignature => ({
  name,
  id: '0badcafe',
  signature: new Uint8Array(length).fill(9),
})

describe('a log of other people', () => {
  it('has an origin that is no name, and a key of another name', async () => {
    const { audit } = foreignLog({ origin: 'go.sum database tree', keyName: 'sum.example' })
    expect((await audit()).checkpoint.origin).toBe('go.sum database tree')
    await expect(audit('foreign', 'sum.example')).rejects.toMatchObject({ code: 'log-unknown' })
    const rekor = foreignLog({ origin: 'rekor.example - 1193050959916656506', keyName: 'rekor' })
    await rekor.audit()
  })

  it('has names with odd characters', async () => {
    for (const origin of ['журнал.example/λ', '#', 'a=b&c?d', '日本.example/ログ', '—'])
      await foreignLog({ origin }).audit()
  })

  it('has extension lines, which are signed and not read', async () => {
    const { audit, files } = foreignLog({ extensions: ['timestamp 1790000000', 'any — thing'] })
    expect((await audit()).hasEntries).toBe(true)
    await expect(audit('ours')).rejects.toMatchObject({ code: 'checkpoint-malformed' })
    const bent = new TextDecoder().decode(files.get('checkpoint')).replace('any', 'one')
    files.set('checkpoint', utf8(bent))
    await expect(audit()).rejects.toMatchObject({ code: 'log-signature' })
  })

  it('carries lines of kinds nobody here verifies: ECDSA, RFC 6962 heads, ML-DSA, one byte', async () => {
    const name = 'log.example/others'
    const others = [line(name, 71), line('other.example', 84), line(name, 2_428), line('x', 1)]
    await foreignLog({ others }).audit()
  })

  it('has entries as long as the format allows, and empty ones', async () => {
    const entry = (i: number) => new Uint8Array(i === 2 ? 65_535 : 0).fill(i)
    await foreignLog({ size: 5, entry }).audit()
  })

  it('serves no entries: its hashes are verified, and that is said', async () => {
    const { audit, files } = foreignLog({ withEntries: false })
    expect((await audit()).hasEntries).toBe(false)
    await expect(audit('ours')).rejects.toMatchObject({ code: 'not-found' })
    files.set('tile/0/000', files.get('tile/0/000')!.with(40, 0))
    await expect(audit()).rejects.toMatchObject({ code: 'not-consistent' })
  })

  it('serves some entries and not others: that is no log without entries', async () => {
    const { audit, files } = foreignLog()
    files.delete('tile/entries/001.p/44')
    await expect(audit()).rejects.toMatchObject({
      code: 'not-found',
      facts: { path: 'tile/entries/001.p/44' },
    })
  })

  it('is refused where C2SP refuses it too', async () => {
    for (const [from, to] of [
      ['\n300\n', '\n0300\n'],
      ['\n300\n', '\n\n300\n'],
      ['\n300\n', '\n18446744073709551615\n'],
    ] as const) {
      const { audit, files } = foreignLog()
      const text = new TextDecoder().decode(files.get('checkpoint')).replace(from, to)
      files.set('checkpoint', utf8(text))
      await expect(audit()).rejects.toMatchObject({ name: 'Refusal' })
    }
  })
})
