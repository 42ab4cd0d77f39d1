import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateNoteSigner, type NoteSigner } from '../../host/index.ts'
import {
  EMPTY_EDGE,
  ED25519,
  appendLeaves,
  consistencyProof,
  edgeRoot,
  encodeBundle,
  formatAddCheckpoint,
  leafHash,
  parseTilePath,
  signCheckpoint,
  tilePath,
} from '../../log/index.ts'

/** A log in memory: signs what it is told, honest or not. */
export class SmallLog {
  readonly signer: NoteSigner
  readonly entries: Uint8Array[]

  constructor(signer: NoteSigner, entries: readonly Uint8Array[] = []) {
    this.signer = signer
    this.entries = [...entries]
  }

  static named(origin: string): SmallLog {
    return new SmallLog(generateNoteSigner(origin, ED25519).signer)
  }

  /** The same key over other entries from `at` on. */
  fork(at: number, ...entries: Uint8Array[]): SmallLog {
    return new SmallLog(this.signer, [...this.entries.slice(0, at), ...entries])
  }

  get size(): number {
    return this.entries.length
  }

  private tree(size: number) {
    const leaves = this.entries.slice(0, size).map((entry) => leafHash(entry))
    return appendLeaves(EMPTY_EDGE, leaves)
  }

  root(size = this.size): Uint8Array {
    return edgeRoot(this.tree(size).edge)
  }

  checkpoint(size = this.size, root = this.root(size)): string {
    const { key, sign } = this.signer
    return signCheckpoint({ origin: key.name, size, root }, key, sign)
  }

  async proof(oldSize: number, size = this.size): Promise<Uint8Array[]> {
    const tiles = new Map(this.tree(size).tiles.map((tile) => [tilePath(tile), tile.bytes]))
    return consistencyProof(oldSize, size, (tile) => Promise.resolve(tiles.get(tilePath(tile))!))
  }

  /** The body of add-checkpoint as an honest log sends it. */
  async request(oldSize: number, size = this.size): Promise<string> {
    const proof = await this.proof(oldSize, size)
    return formatAddCheckpoint({ oldSize, proof, checkpoint: this.checkpoint(size) })
  }
}

/** Serves a log's entry bundles, or does not. */
export interface TileServer {
  readonly url: string
  log: SmallLog
  isDown: boolean
  /** Partial bundles are gone, as after a clean-up. */
  withoutPartials: boolean
  readonly asked: string[]
  close(): Promise<void>
}

export async function serveTiles(log: SmallLog): Promise<TileServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1)
    tiles.asked.push(path)
    const { index, width } = parseTilePath(path)
    const entries = tiles.log.entries.slice(index * 256, index * 256 + width)
    const isGone = entries.length < width || (tiles.withoutPartials && width < 256)
    if (tiles.isDown) response.writeHead(502).end()
    else if (isGone) response.writeHead(404).end()
    else response.writeHead(200).end(encodeBundle(entries))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tiles: TileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    isDown: false,
    withoutPartials: false,
    asked: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return tiles
}
