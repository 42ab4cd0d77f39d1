import { Refusal, demand } from '../core/refusal.ts'
import { HASH_SIZE } from './merkle.ts'
import { parseDecimal } from './text.ts'

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256

/** Where the checkpoint of a log lies below its prefix. */
export const CHECKPOINT_PATH = 'checkpoint'

/** A tile of hashes (level 0…63) or a bundle of entries, of one width. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  /** 1…256; below 256 the tile is partial. */
  readonly width: number
}

/** A tile of hashes with its bytes. */
export interface HashTile {
  readonly level: number
  readonly index: number
  readonly width: number
  /** `width` hashes of 32 bytes. */
  readonly bytes: Uint8Array
}

/** C2SP tlog-tiles, "Merkle Tree": `tile/0/x001/x234/067.p/112`. */
export function tilePath(tile: Tile): string {
  const digits = String(tile.index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`
  return `tile/${tile.level}/${path}${partial}`
}

/** Reads back `tilePath`; every tile has one spelling. @throws {Refusal} tile-malformed */
export function parseTilePath(path: string): Tile {
  demand(path.length <= 64, 'tile-malformed', 'tile path is longer than 64 characters')
  const match = /^tile\/(\d\d?|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path)
  demand(match !== null, 'tile-malformed', 'not a tile path')
  const [, level = '', groups = '', width = String(TILE_WIDTH)] = match
  const tile = {
    level: level === 'entries' ? level : parseDecimal(level, 'tile-malformed'),
    index: parseDecimal(groups.replace(/[x/]/g, '').replace(/^0+(?=\d)/, ''), 'tile-malformed'),
    width: parseDecimal(width, 'tile-malformed'),
  } as const
  const inRange = (tile.level === 'entries' || tile.level <= 63) && tile.width <= TILE_WIDTH
  demand(inRange && tile.width >= 1, 'tile-malformed', 'level or width out of range')
  // Catches what spells another tile's number twice: x000/001, .p/256, .p/0….
  demand(tilePath(tile) === path, 'tile-malformed', 'not the one spelling of this tile')
  return tile
}

/** Hashes that stand at `level` in a tree of `size` leaves: ⌊size / 256^level⌋. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/**
 * How wide tile `index` of `level` is in a tree of `size` leaves: 256, less at the right edge,
 * 0 where there is none.
 */
export function tileWidth(size: number, level: number, index: number): number {
  const left = hashesAtLevel(size, level) - index * TILE_WIDTH
  return Math.max(0, Math.min(TILE_WIDTH, left))
}

/**
 * The hash tiles a tree of `newSize` has and one of `oldSize` has not, level by level, left to
 * right; from size 0 all of them. Lazy, since a whole log has many.
 */
export function* changedTiles(oldSize: number, newSize: number): Generator<Tile> {
  for (let level = 0; hashesAtLevel(newSize, level) > 0; level++)
    yield* changedAt(level, oldSize, newSize)
}

/** The same for entry bundles. */
export function* changedBundles(oldSize: number, newSize: number): Generator<Tile> {
  for (const tile of changedAt(0, oldSize, newSize)) yield { ...tile, level: 'entries' }
}

function* changedAt(level: number, oldSize: number, newSize: number): Generator<Tile> {
  const before = hashesAtLevel(oldSize, level)
  if (before === hashesAtLevel(newSize, level)) return
  for (let index = Math.floor(before / TILE_WIDTH); ; index++) {
    const width = tileWidth(newSize, level, index)
    if (width === 0) return
    yield { level, index, width }
  }
}

/** @throws {Refusal} tile-malformed: bytes that are not `width` hashes; fact `path` */
export function checkTileBytes(tile: Tile, bytes: Uint8Array): void {
  const expected = tile.width * HASH_SIZE
  if (bytes.length === expected) return
  const message = `expected a tile of ${expected} bytes, found ${bytes.length}`
  throw new Refusal('tile-malformed', message, { path: tilePath(tile) })
}
