import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { equal } from '../../core/index.ts'
import { mkdirDurably, writeFileDurably } from '../../host/index.ts'
import { CHECKPOINT_PATH, TILE_WIDTH, tilePath, type Tile } from '../../log/index.ts'
import { Fatal } from './fatal.ts'

/** Anyone may read a log. */
const PUBLIC = 0o644

/** The log as files: written once, never changed, so that any cache or object store can serve them. */
export class TileStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async open(): Promise<void> {
    await mkdirDurably(this.#folder, 0o755)
  }

  /** The file's bytes, null when there is none. `path` comes from `tilePath`, never from a caller. */
  async read(path: string): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await readFile(join(this.#folder, path)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  /** Bytes of a tile at the width asked for, cut from the full one where the partial has gone. */
  async readTile(tile: Tile): Promise<Uint8Array> {
    const exact = await this.read(tilePath(tile))
    if (exact) return exact
    const full = await this.read(tilePath({ ...tile, width: TILE_WIDTH }))
    if (full && tile.level !== 'entries') return full.subarray(0, tile.width * 32)
    throw new Fatal(`${tilePath(tile)} is missing`)
  }

  /** Writes a tile or bundle once. That it exists and differs means two logs were made: fatal. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const known = await this.read(path)
    if (known) {
      if (!equal(known, bytes)) throw new Fatal(`${path} exists and differs`)
      return
    }
    const file = join(this.#folder, path)
    await mkdirDurably(dirname(file), 0o755)
    await writeFileDurably(file, bytes, PUBLIC)
  }

  /** The partial versions of a tile that is now full: tlog-tiles lets them go. */
  async dropPartials(tile: Tile): Promise<void> {
    await rm(join(this.#folder, `${tilePath({ ...tile, width: TILE_WIDTH })}.p`), {
      recursive: true,
      force: true,
    })
  }

  async readCheckpoint(): Promise<Uint8Array | null> {
    return this.read(CHECKPOINT_PATH)
  }

  async writeCheckpoint(note: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await writeFileDurably(
      join(this.#folder, CHECKPOINT_PATH),
      new TextEncoder().encode(note),
      PUBLIC,
    )
  }
}
