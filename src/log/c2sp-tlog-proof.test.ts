import { describe, expect, it } from 'vitest'
import { testKey, verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { utf8 } from '../core/bytes.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { leafHash } from './merkle.ts'
import { formatVkey } from './note-key.ts'
import { formatNote } from './note.ts'
import { signText } from './open-note.ts'
import { openProof } from './open-proof.ts'
import { parsePolicy } from './policy.ts'
import { formatProof, parseProof } from './proof.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot } from './tile-edge.ts'
import { tilePath } from './tiles.ts'
import { inclusionProof } from './tree.ts'

const log = testKey('log.example/gb', 1, 1)
const witness = testKey('w.example', 4, 2)
const entries = Array.from({ length: 300 }, (_, i) => utf8(`entry ${i}`))
const { edge, tiles } = appendLeaves(
  EMPTY_EDGE,
  entries.map((entry) => leafHash(entry)),
)
const store = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
const text = formatCheckpoint({ origin: 'log.example/gb', size: 300, root: edgeRoot(edge) })
const logLine = signText(text, log.key, log.sign)
const cosignature = cosign({ key: witness.key, text, timeSeconds: 42, sign: witness.sign })
const checkpoint = formatNote({ text, signatures: [logLine, cosignature] })
const policy = parsePolicy(
  `log ${formatVkey(log.key)}\nwitness W ${formatVkey(witness.key)}\nquorum W\n`,
)
const INDEX = 123
const hashes = await inclusionProof(INDEX, 300, async (tile) => store.get(tilePath(tile))!)
const PROOF = formatProof({ extra: null, index: INDEX, hashes, checkpoint })
const entry = entries[INDEX]!
const open = (proof: string, of = entry) =>
  openProof({ proof, entry: of, policy, verify: verifyEd25519 })

describe('tlog-proof', () => {
  it('reads back, with and without extra data', () => {
    expect(parseProof(PROOF)).toEqual({ extra: null, index: INDEX, hashes, checkpoint })
    const extra = Uint8Array.of(1, 2, 3)
    expect(parseProof(utf8(formatProof({ extra, index: INDEX, hashes, checkpoint })))).toEqual({
      extra,
      index: INDEX,
      hashes,
      checkpoint,
    })
  })

  it('opens against the policy alone', () => {
    const logged = open(PROOF)
    expect(logged.index).toBe(INDEX)
    expect(logged.checkpoint.size).toBe(300)
    expect(logged.quorum.timeSeconds).toBe(42)
  })

  it('of a log with one entry has no hashes', () => {
    const one = formatCheckpoint({ origin: 'log.example/gb', size: 1, root: leafHash(entry) })
    const signatures = [
      signText(one, log.key, log.sign),
      cosign({ key: witness.key, text: one, timeSeconds: 1, sign: witness.sign }),
    ]
    const note = formatNote({ text: one, signatures })
    const proof = formatProof({ extra: null, index: 0, hashes: [], checkpoint: note })
    expect(open(proof).index).toBe(0)
  })

  it('refuses each step under its own code, first failure first', () => {
    const bent = hashes.map((hash, i) => (i === 0 ? leafHash(hash) : hash))
    const other = formatProof({ extra: null, index: INDEX, hashes: bent, checkpoint })
    expect(codeOf(() => open(other))).toBe('not-included')
    expect(codeOf(() => open(PROOF, utf8('entry 124')))).toBe('not-included')
    expect(codeOf(() => open(PROOF.replaceAll('log.example/gb', 'log.example/xx')))).toBe(
      'log-unknown',
    )
    const unwitnessed = formatNote({ text, signatures: [logLine] })
    const lonely = formatProof({ extra: null, index: INDEX, hashes: bent, checkpoint: unwitnessed })
    expect(codeOf(() => open(lonely))).toBe('witness-quorum')
    const unsigned = formatNote({ text, signatures: [cosignature] })
    const orphan = formatProof({ extra: null, index: INDEX, hashes, checkpoint: unsigned })
    expect(codeOf(() => open(orphan))).toBe('log-signature')
  })

  it.each([
    ['another header', PROOF.replace('@v1', '@v2')],
    ['no index', PROOF.replace(/index .*\n/, '')],
    ['index beyond the tree', PROOF.replace('index 123', 'index 300')],
    ['index with a zero in front', PROOF.replace('index 123', 'index 0123')],
    ['index 2^64-1', PROOF.replace('index 123', 'index 18446744073709551615')],
    ['index 2^53', PROOF.replace('index 123', 'index 9007199254740992')],
    ['a path too short', PROOF.replace(/(index .*\n).*\n/, '$1')],
    ['a path too long', PROOF.replace(/(index .*\n.*\n)/, `$1${'A'.repeat(43)}=\n`)],
    ['a hash of 31 bytes', PROOF.replace(/(index .*\n).*\n/, `$1${'A'.repeat(42)}==\n`)],
    ['64 hashes', PROOF.replace(/(index .*\n)/, `$1${`${'A'.repeat(43)}=\n`.repeat(64)}`)],
    [
      'a thousand hashes',
      PROOF.replace(/(index .*\n)/, `$1${`${'A'.repeat(43)}=\n`.repeat(1000)}`),
    ],
    ['extra twice', PROOF.replace('index', 'extra AA==\nextra AA==\nindex')],
    ['no checkpoint', PROOF.slice(0, PROOF.indexOf('\n\n'))],
    ['an unsigned checkpoint', `${PROOF.slice(0, PROOF.lastIndexOf('\n\n'))}\n`],
    ['too many bytes', PROOF.replace('index', `extra ${'A'.repeat(80_000)}\nindex`)],
  ])('refuses %s', (_, proof) => {
    expect(proof).not.toBe(PROOF)
    expect(codeOf(() => parseProof(proof))).toBe('proof-malformed')
  })
})
