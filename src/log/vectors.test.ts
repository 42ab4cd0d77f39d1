import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyEd25519 } from '../../test/vectors/ed25519.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { fromBase64, toBase64 } from '../core/bytes.ts'
import {
  checkQuorum,
  decodeBundle,
  logKeys,
  openCheckpoint,
  openDeltaHead,
  openNote,
  openProof,
  openSnapshotHead,
  parseAddCheckpoint,
  parsePolicy,
  parseTilePath,
  parseTreeSize,
  parseVkey,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

/** One rule as data: what is read, from which input, and what must come of it. */
interface Vector {
  readonly reads: keyof typeof READERS
  readonly input: Input
  readonly code?: string
  readonly result?: unknown
}

interface Input {
  readonly text: string
  readonly vkeys: readonly string[]
  readonly policy: string
  /** base64: an entry, a bundle. */
  readonly bytes: string
  readonly width: number
  readonly sizes: readonly [number, number]
  /** base64, two of them: leaf and root, or old and new root. */
  readonly hashes: readonly [string, string]
  readonly proof: readonly string[]
}

const READERS = {
  vkey: ({ text }: Input) => {
    const { name, id, type } = parseVkey(text)
    return { name, id, type }
  },
  note: ({ text, vkeys }: Input) => {
    const opened = openNote(text, vkeys.map(parseVkey), verifyEd25519)
    const lines = opened.lines.map(({ key, timeSeconds }) => ({ name: key.name, timeSeconds }))
    return { text: opened.text, lines }
  },
  checkpoint: ({ text, vkeys }: Input) => {
    const { origin, size, root } = openCheckpoint(text, vkeys.map(parseVkey), verifyEd25519)
    return { origin, size, root: toBase64(root) }
  },
  policy: ({ text }: Input) => {
    const { logs, witnesses, groups, quorum } = parsePolicy(text)
    return { logs: logs.length, witnesses: witnesses.length, groups: groups.length, quorum }
  },
  quorum: ({ text, policy }: Input) => {
    const parsed = parsePolicy(policy)
    const checkpoint = openCheckpoint(text, logKeys(parsed), verifyEd25519)
    const { cosigners, timeSeconds } = checkQuorum(checkpoint, parsed, verifyEd25519)
    return { cosigners: cosigners.map(({ name }) => name), timeSeconds }
  },
  proof: ({ text, policy, bytes }: Input) => {
    const entry = fromBase64(bytes)
    const options = { proof: text, entry, policy: parsePolicy(policy), verify: verifyEd25519 }
    const { index, checkpoint, quorum } = openProof(options)
    return { index, size: checkpoint.size, timeSeconds: quorum.timeSeconds }
  },
  inclusion: ({ sizes: [index, size], hashes: [leaf, root], proof }: Input) => {
    const path = proof.map(fromBase64)
    verifyInclusion({ index, size, leaf: fromBase64(leaf), root: fromBase64(root), proof: path })
  },
  consistency: ({ sizes: [oldSize, newSize], hashes, proof }: Input) => {
    const [oldRoot, newRoot] = [fromBase64(hashes[0]), fromBase64(hashes[1])]
    verifyConsistency({ oldSize, newSize, oldRoot, newRoot, proof: proof.map(fromBase64) })
  },
  'tile-path': ({ text }: Input) => parseTilePath(text),
  bundle: ({ bytes, width }: Input) => decodeBundle(fromBase64(bytes), width).map(toBase64),
  'add-checkpoint': ({ text }: Input) => {
    const { oldSize, proof } = parseAddCheckpoint(text)
    return { oldSize, proof: proof.map(toBase64) }
  },
  'tree-size': ({ text }: Input) => parseTreeSize(text),
  'snapshot-head': ({ text, vkeys }: Input) => {
    const head = openSnapshotHead(text, vkeys.map(parseVkey), verifyEd25519)
    return { ...head, hash: toBase64(head.hash) }
  },
  'delta-head': ({ text, vkeys }: Input) => {
    const head = openDeltaHead(text, vkeys.map(parseVkey), verifyEd25519)
    return { ...head, hash: toBase64(head.hash), result: toBase64(head.result) }
  },
}

const FOLDER = join(import.meta.dirname, '../../vectors/log')

function vectorsIn(kind: 'valid' | 'invalid'): [string, Vector][] {
  const folder = join(FOLDER, kind)
  return readdirSync(folder).map((file) => [
    file.replace('.json', '').replaceAll('-', ' '),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector,
  ])
}

describe('vectors/log', () => {
  it.each(vectorsIn('valid'))('accepts: %s', (_, { reads, input, result }) => {
    expect(READERS[reads](input) ?? null).toEqual(result)
  })

  it.each(vectorsIn('invalid'))('refuses: %s', (_, { reads, input, code }) => {
    expect(codeOf(() => READERS[reads](input))).toBe(code)
  })
})
