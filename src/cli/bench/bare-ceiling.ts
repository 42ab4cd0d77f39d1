import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEntry, slotBytes } from '../../core/index.ts'
import { generateEs256, nodeVerifiers } from '../../host/index.ts'
import type { Signed } from './log-under-test.ts'

const LONGEST_MS = 500

/** What this machine gives to whoever only verifies and writes, measured in the same run. */
export interface Ceiling {
  /** ES256 verifications of one thread. */
  readonly verificationsPerSecond: number
  /** Writes of one pool's bytes to one file, each with its fsync. */
  readonly fsyncsPerSecond: number
  /** Both, one after the other. */
  readonly entriesPerSecond: number
}

export async function bareCeiling(pool: readonly Signed[]): Promise<Ceiling> {
  const verifications = verificationRate(pool[0]!)
  const fsyncs = await fsyncRate(pool)
  return {
    verificationsPerSecond: Math.round(verifications),
    fsyncsPerSecond: Math.round(fsyncs),
    entriesPerSecond: Math.round(pool.length / (pool.length / verifications + 1 / fsyncs)),
  }
}

function verificationRate({ body }: Signed): number {
  const { signer } = generateEs256()
  const { es256 } = nodeVerifiers()
  const bytes = slotBytes(body.contentType, body.slots[0]!.protected, body.payload)
  const signature = signer.sign(bytes)
  let count = 0
  const start = performance.now()
  for (; performance.now() - start < LONGEST_MS; count++) es256(signer.key, bytes, signature)
  return (count * 1000) / (performance.now() - start)
}

async function fsyncRate(pool: readonly Signed[]): Promise<number> {
  const t = Date.now()
  const bytes = Buffer.concat(pool.map(({ kind, body }) => encodeEntry({ kind, t, body })))
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-bare-'))
  const file = await open(join(folder, 'bytes'), 'a')
  let count = 0
  const start = performance.now()
  for (; performance.now() - start < LONGEST_MS; count++) {
    await file.write(bytes)
    await file.sync()
  }
  const seconds = (performance.now() - start) / 1000
  await file.close()
  await rm(folder, { recursive: true })
  return count / seconds
}
