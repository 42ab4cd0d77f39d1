import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../core/index.ts'
import { readConfig, type Config } from './config.ts'

/** A configuration in a fresh folder on free ports, and how to make it vanish. */
export interface Temporary {
  readonly config: Config
  remove(): Promise<void>
}

/** Phones get ports in a row: as many as a demonstration switches on. */
const PHONES = 4

/** For a demonstration beside whatever else runs on this machine. */
export async function temporaryConfig(logLevel: string): Promise<Temporary> {
  const data = await mkdtemp(join(tmpdir(), 'stolen-mode-'))
  const [registry, edge, admin, witness, guardian] = await freePorts(5)
  const phone = await freeRow(PHONES)
  const { config } = readConfig({
    STOLEN_MODE_DATA: join(data, 'data'),
    STOLEN_MODE_REGISTRY_PORT: String(registry),
    STOLEN_MODE_EDGE_PORT: String(edge),
    STOLEN_MODE_EDGE_ADMIN_PORT: String(admin),
    STOLEN_MODE_WITNESS_PORT: String(witness),
    STOLEN_MODE_GUARDIAN_PORT: String(guardian),
    STOLEN_MODE_PHONE_PORT: String(phone),
    STOLEN_MODE_PHONE_SYNC_SECONDS: '1',
    STOLEN_MODE_LOG_LEVEL: logLevel,
  })
  return { config, remove: () => rm(data, { recursive: true, force: true }) }
}

/** Ports nobody holds at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)))
  const ports = servers.map((server) => server.port)
  await Promise.all(servers.map((server) => server.close()))
  return ports
}

async function freeRow(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const [first] = await freePorts(1)
    if (first === undefined || first + count > 65_535) continue
    const row = await Promise.allSettled(Array.from({ length: count }, (_, i) => listen(first + i)))
    for (const result of row) if (result.status === 'fulfilled') await result.value.close()
    if (row.every((result) => result.status === 'fulfilled')) return first
  }
  throw new Refusal('unavailable', `no ${count} free ports in a row`)
}

async function listen(port: number) {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { port: typeof address === 'object' && address ? address.port : port, close }
}
