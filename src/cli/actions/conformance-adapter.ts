import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Adapter, BROKEN, serveHttp, serveLines } from '../../sim/index.ts'
import { EXIT, runUntilStopped, wrongUsage } from '../out.ts'
import { version } from '../version.ts'

interface Options {
  readonly broken?: string
  readonly http?: boolean
  readonly port?: number
}

/** What `conformance run -- stolen-mode conformance adapter` talks to. */
export async function runAdapter({ broken, http, port = 0 }: Options): Promise<void> {
  const device = BROKEN.find(({ name }) => name === broken)
  if (broken !== undefined && device === undefined)
    throw wrongUsage(`expected one of ${BROKEN.map(({ name }) => name).join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-adapter-'))
  const adapter = new Adapter({
    folder,
    version,
    ...(device && { name: `broken on purpose: ${device.name}`, partsFor: device.parts }),
  })
  try {
    if (http) await runUntilStopped('adapter', {}, () => serveHttp(adapter, port))
    else {
      process.stdout.on('error', () => process.exit(EXIT.failed)) // the suite is gone: nobody to answer
      await serveLines(adapter, process.stdin, process.stdout)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
