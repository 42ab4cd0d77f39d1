import { utf8 } from '../src/core/index.ts'
import { sha256Fast } from '../src/host/index.ts'
import {
  EMPTY_EDGE,
  appendEntries,
  appendLeaves,
  bundleTile,
  leafHash,
  tilePath,
} from '../src/log/index.ts'

/** The files of a log as any web server would hold them. */
export function filesOf(
  entries: readonly Uint8Array[],
  checkpoint: string,
): Map<string, Uint8Array> {
  const leaves = entries.map((entry) => leafHash(entry, sha256Fast))
  const { tiles } = appendLeaves(EMPTY_EDGE, leaves, sha256Fast)
  const files = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  for (const bundle of appendEntries(0, new Uint8Array(), entries))
    files.set(tilePath(bundleTile(bundle)), bundle.bytes)
  return files.set('checkpoint', utf8(checkpoint))
}
