import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../test/vectors/outcome.ts'
import { appendEntries, decodeBundle, encodeBundle } from './entry-bundle.ts'
import { leafHash } from './merkle.ts'
import { EMPTY_EDGE, appendLeaves, edgeRoot, readEdge, type TileEdge } from './tile-edge.ts'
import { changedBundles, changedTiles, parseTilePath, tilePath, tileWidth } from './tiles.ts'

const entryOf = (i: number) => Uint8Array.of(i >> 16, (i >> 8) & 255, i & 255)
const leavesOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => leafHash(entryOf(from + i)))
const paths = (tiles: Iterable<Parameters<typeof tilePath>[0]>) => Array.from(tiles, tilePath)

describe('tile paths', () => {
  it('are those of the specification', () => {
    expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 1, index: 1, width: 17 })).toBe('tile/1/001.p/17')
    expect(tilePath({ level: 'entries', index: 1000, width: 256 })).toBe('tile/entries/x001/000')
  })

  it('read back to the same tile', () => {
    const tile = fc.record({
      level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    })
    fc.assert(
      fc.property(tile, (t) => {
        expect(parseTilePath(tilePath(t))).toEqual(t)
      }),
    )
  })

  it.each([
    'tile/64/000',
    'tile/00/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/1234',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/012',
    'tile/0/000.p/',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/000\n',
    '/tile/0/000',
    'tile/0/../checkpoint',
    `tile/0/${'x001/'.repeat(40)}000`,
  ])('refuse %s', (path) => {
    expect(codeOf(() => parseTilePath(path))).toBe('tile-malformed')
  })

  it('never end in anything but a tile or a refusal', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^tile\/[0-9entris]{1,7}\/[x0-9/.p]{1,20}$/), (path) => {
        expect(codeOf(() => parseTilePath(path))).toMatch(/accepted|tile-malformed/)
      }),
    )
  })
})

describe('which tiles a tree has', () => {
  it('70,000 leaves: 273 full and 112, 1 full and 17, 1', () => {
    const tiles = [...changedTiles(0, 70_000)]
    const at = (level: number) => tiles.filter((tile) => tile.level === level)
    expect(at(0).filter((tile) => tile.width === 256)).toHaveLength(273)
    expect(at(0).at(-1)).toEqual({ level: 0, index: 273, width: 112 })
    expect(at(1)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
    ])
    expect(at(2)).toEqual([{ level: 2, index: 0, width: 1 }])
    expect(tiles).toHaveLength(274 + 2 + 1)
  })

  it('256 leaves: one full tile, and one of width 1 above it', () => {
    expect(paths(changedTiles(0, 256))).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect(paths(changedTiles(0, 0))).toEqual([])
  })

  it('widths follow the formula, and none is empty', () => {
    expect(tileWidth(70_000, 0, 273)).toBe(112)
    expect(tileWidth(70_000, 0, 274)).toBe(0)
    expect(tileWidth(Number.MAX_SAFE_INTEGER, 6, 0)).toBe(31)
  })

  it('those that change are those that one tree has and the other lacks', () => {
    const size = fc.integer({ min: 0, max: 140_000 })
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 3000 }), (oldSize, more) => {
        const before = new Set(paths(changedTiles(0, oldSize)))
        const after = paths(changedTiles(0, oldSize + more)).filter((path) => !before.has(path))
        expect(paths(changedTiles(oldSize, oldSize + more))).toEqual(after)
      }),
      { numRuns: 20 },
    )
    expect(paths(changedBundles(255, 257))).toEqual(['tile/entries/000', 'tile/entries/001.p/1'])
    expect(paths(changedBundles(256, 256))).toEqual([])
  })
})

describe('building tiles', () => {
  it('yields the same tiles and root step by step as at once', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(steps, async (counts) => {
        const store = new Map<string, Uint8Array>()
        let edge: TileEdge = EMPTY_EDGE
        for (const count of counts) {
          const appended = appendLeaves(edge, leavesOf(edge.size, edge.size + count))
          expect(paths(appended.tiles)).toEqual(paths(changedTiles(edge.size, edge.size + count)))
          for (const tile of appended.tiles) store.set(tilePath(tile), tile.bytes)
          edge = appended.edge
        }
        const atOnce = appendLeaves(EMPTY_EDGE, leavesOf(0, edge.size))
        expect(paths(atOnce.tiles)).toEqual(paths(changedTiles(0, edge.size)))
        for (const tile of atOnce.tiles) expect(store.get(tilePath(tile))).toEqual(tile.bytes)
        expect(edgeRoot(edge)).toEqual(edgeRoot(atOnce.edge))
        const read = await readEdge(edge.size, async (tile) => store.get(tilePath(tile))!)
        expect(read).toEqual(edge)
      }),
      { numRuns: 15 },
    )
  })

  it('leaves the edge it started from as it was', () => {
    const { edge } = appendLeaves(EMPTY_EDGE, leavesOf(0, 255))
    const before = edgeRoot(edge)
    appendLeaves(edge, leavesOf(255, 300))
    expect(edge.size).toBe(255)
    expect(edgeRoot(edge)).toEqual(before)
  })

  it('refuses a leaf hash of another length', () => {
    expect(codeOf(() => appendLeaves(EMPTY_EDGE, [new Uint8Array(31)]))).toBe('malformed')
  })

  it('takes more leaves at once than a call takes arguments', () => {
    const leaf = leafHash(new Uint8Array())
    const { edge, tiles } = appendLeaves(EMPTY_EDGE, Array<Uint8Array>(140_000).fill(leaf))
    expect(tiles).toHaveLength([...changedTiles(0, 140_000)].length)
    expect(edge.size).toBe(140_000)
  })
})

describe('entry bundles', () => {
  it('hold what was put in', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 })
    fc.assert(
      fc.property(entries, (list) => {
        expect(decodeBundle(encodeBundle(list), list.length)).toEqual(list)
      }),
      { numRuns: 20 },
    )
  })

  it('grow to the same bytes step by step as at once', () => {
    const entries = Array.from({ length: 600 }, (_, i) => entryOf(i))
    const store = new Map<number, Uint8Array>()
    let size = 0
    for (const count of [0, 1, 254, 1, 1, 255, 88]) {
      const partial = size % 256 === 0 ? new Uint8Array() : store.get(Math.floor(size / 256))!
      const grown = appendEntries(size, partial, entries.slice(size, size + count))
      for (const bundle of grown) store.set(bundle.index, bundle.bytes)
      size += count
    }
    for (const bundle of appendEntries(0, new Uint8Array(), entries))
      expect(store.get(bundle.index)).toEqual(bundle.bytes)
    expect(store.size).toBe(3)
  })

  it('are bounded on both sides', () => {
    const full = encodeBundle([new Uint8Array(16_384)])
    expect(decodeBundle(full, 1)[0]).toHaveLength(16_384)
    expect(codeOf(() => encodeBundle([new Uint8Array(16_385)]))).toBe('too-large')
    const long = new Uint8Array(2 + 16_385)
    long.set([0x40, 0x01])
    expect(codeOf(() => decodeBundle(long, 1))).toBe('too-large')
    const many = Array<Uint8Array>(257).fill(new Uint8Array())
    expect(codeOf(() => encodeBundle(many))).toBe('tile-malformed')
    expect(codeOf(() => decodeBundle(full.slice(0, -1), 1))).toBe('tile-malformed')
    expect(codeOf(() => decodeBundle(full, 2))).toBe('tile-malformed')
    expect(codeOf(() => decodeBundle(full, 0))).toBe('tile-malformed')
    expect(codeOf(() => appendEntries(1, new Uint8Array(), []))).toBe('tile-malformed')
  })
})
