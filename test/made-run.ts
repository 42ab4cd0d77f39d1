import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  certificatePayload,
  certificateOf,
  coseKey,
  coseSign,
  encodeCbor,
  parseDocument,
  toBase64,
  withCheckDigit,
  type Imei14,
  type PublicKey,
  type Signer,
} from '../src/core/index.ts'
import { manufacture } from '../src/device/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import type { World } from './world.ts'

const CERT = 'application/stolen-cert+cbor'

/** A line of a maker's file. */
export function madeLine(key: PublicKey, imeis: readonly Imei14[], serial: string): string {
  return JSON.stringify({
    key: toBase64(encodeCbor(coseKey(key))),
    imeis: imeis.map(withCheckDigit),
    serial,
  })
}

export function writeRun(world: World, name: string, lines: readonly string[]): string {
  const file = join(world.folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** A phone that left the factory, in a folder, and what its maker's file says of it. */
export async function makePhone(world: World, imei: Imei14) {
  const dir = join(world.folder, 'phones', imei)
  const serial = `RUN${imei.slice(8)}`
  const { root } = world.founding
  const { dak } = await manufacture({
    dir,
    imeis: [imei],
    serial,
    root,
    surroundings: world.surroundings,
  })
  return { dir, imei, line: madeLine(dak, [imei], serial) }
}

/** A shop with a certificate of its own. */
export async function foundSeller(world: World): Promise<Signer> {
  const { certificates, national } = world.founding
  const { cert } = certificates
    .map((bytes) => certificateOf(parseDocument(bytes, CERT)))
    .find((one) => one.cert.role === 'operator')!
  const { signer } = generateEs256()
  const shop = { ...cert, sub: 'zz.shop', role: 'seller', key: signer.key } as const
  const body = coseSign(CERT, certificatePayload(shop), [national.signer])
  await world.running.context.sequencer.submit({ kind: 'certificate', body })
  return signer
}
