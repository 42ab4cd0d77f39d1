import { join } from 'node:path'
import {
  PART_TYPES,
  SPARE_TYPE,
  coseSign,
  encodeDocument,
  encodeMadeDevice,
  encodeOrigin,
  parseImei14,
  parseTac,
  sparePayload,
  statementPayload,
  type Imei14,
  type PartType,
  type Signer,
  type Tac,
} from '../core/index.ts'
import { fittedParts, giveOrigin, makeParts, manufacture, type Stores } from '../device/index.ts'
import type { Surroundings } from '../host/index.ts'
import { leafHash, wholeTree } from '../log/index.ts'

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
  /** Parts that hold a key: all there are, where none is said. */
  readonly parts?: readonly PartType[]
  /** Their secure stores; of files, where none is given. */
  readonly stores?: Stores
  readonly surroundings: Surroundings
}

/** One production run: phones with keys of their own, and one batch statement over all of them. */
export async function produce(run: Production): Promise<readonly Produced[]> {
  const { surroundings, parts: types = PART_TYPES } = run
  const made = []
  for (let i = 0; i < run.count; i++) {
    const number = run.first + i
    const imei = parseImei14(`${run.tac}${String(number).padStart(6, '0')}`)
    const serial = `DEMO${String(number).padStart(8, '0')}`
    const dir = join(run.folder, String(number))
    const { device, parts } = await manufacture({
      dir,
      imeis: [imei],
      serial,
      root: run.root,
      parts: types,
      maker: run.maker,
      surroundings,
      ...(run.stores && { stores: run.stores }),
    })
    made.push({
      dir,
      imei,
      serial,
      record: encodeMadeDevice({ dak: device, imeis: [imei], serial, parts }),
    })
  }
  const { root, pathOf } = wholeTree(made.map(({ record }) => leafHash(record)))
  const payload = statementPayload({
    id: surroundings.random(16),
    tacs: [parseTac(run.tac)],
    count: made.length,
    root,
    madeAt: Math.floor(surroundings.clock() / 1000),
  })
  const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, [run.maker]))
  const produced: Produced[] = []
  // One after the other: ten thousand phones at once are more files than a process may open.
  for (const [index, phone] of made.entries()) {
    const path = await pathOf(index)
    const { dir, record } = phone
    const origin = encodeOrigin({ kind: 'made', statement, record, index, path })
    await Promise.all(types.map((type) => giveOrigin(dir, type, origin)))
    produced.push({ ...phone, statement, index, path })
  }
  return produced
}

/** Spare parts on a shelf: a folder as of a phone, without a phone. */
export async function produceSpares(run: {
  readonly shelf: string
  readonly types: readonly PartType[]
  readonly maker: Signer
  readonly surroundings: Surroundings
}): Promise<void> {
  const { shelf, types, maker, surroundings } = run
  await makeParts(shelf, types)
  const madeAt = Math.floor(surroundings.clock() / 1000)
  for (const { type, signer } of await fittedParts(shelf)) {
    const payload = sparePayload({ type, key: signer!.key, madeAt })
    const certificate = encodeDocument(coseSign(SPARE_TYPE, payload, [maker]))
    await giveOrigin(shelf, type, encodeOrigin({ kind: 'spare', certificate }))
  }
}
