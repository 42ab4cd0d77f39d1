import { join } from 'node:path'
import {
  coseSign,
  encodeDocument,
  encodeMadeDevice,
  parseImei14,
  parseTac,
  statementPayload,
  type Imei14,
  type Signer,
  type Tac,
} from '../core/index.ts'
import { manufacture } from '../device/index.ts'
import type { Surroundings } from '../host/index.ts'
import {
  EMPTY_EDGE,
  appendLeaves,
  edgeRoot,
  inclusionProof,
  leafHash,
  tilePath,
  type Tile,
} from '../log/index.ts'

/** A phone as it leaves the factory: in its folder, with its maker's word for it. */
export interface Produced {
  readonly dir: string
  readonly imei: Imei14
  readonly serial: string
  readonly statement: Uint8Array
  readonly record: Uint8Array
  readonly index: number
  readonly path: readonly Uint8Array[]
}

export interface Production {
  readonly folder: string
  readonly count: number
  /** Serial part of the first phone's IMEI; the others follow. */
  readonly first: number
  readonly tac: Tac
  readonly maker: Signer
  /** The signed root document each phone is given. */
  readonly root: Uint8Array
  readonly surroundings: Surroundings
}

/** One production run: phones with keys of their own, and one batch statement over all of them. */
export async function produce(run: Production): Promise<readonly Produced[]> {
  const { surroundings } = run
  const made = []
  for (let i = 0; i < run.count; i++) {
    const number = run.first + i
    const imei = parseImei14(`${run.tac}${String(number).padStart(6, '0')}`)
    const serial = `DEMO${String(number).padStart(8, '0')}`
    const dir = join(run.folder, String(number))
    const { device } = await manufacture({
      dir,
      imeis: [imei],
      serial,
      root: run.root,
      surroundings,
    })
    made.push({
      dir,
      imei,
      serial,
      record: encodeMadeDevice({ dak: device, imeis: [imei], serial, parts: [] }),
    })
  }
  const { root, pathOf } = merkle(made.map(({ record }) => record))
  const payload = statementPayload({
    id: surroundings.random(16),
    tacs: [parseTac(run.tac)],
    count: made.length,
    root,
    madeAt: Math.floor(surroundings.clock() / 1000),
  })
  const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, [run.maker]))
  return Promise.all(
    made.map(async (phone, index) => ({ ...phone, statement, index, path: await pathOf(index) })),
  )
}

function merkle(records: readonly Uint8Array[]) {
  const { edge, tiles } = appendLeaves(
    EMPTY_EDGE,
    records.map((record) => leafHash(record)),
  )
  const bytes = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
  const readTile = (tile: Tile) => Promise.resolve(bytes.get(tilePath(tile)) ?? new Uint8Array())
  return {
    root: edgeRoot(edge),
    pathOf: (index: number) => inclusionProof(index, records.length, readTile),
  }
}
