import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, type Config } from './config.ts'
import { freePorts } from './free-ports.ts'

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
  const ports = await freePorts(6 + PHONES)
  const [registry, edge, admin, witness, guardian, statusSigner, phone] = ports
  const { config } = readConfig({
    STOLEN_MODE_DATA: join(data, 'data'),
    STOLEN_MODE_REGISTRY_PORT: String(registry),
    STOLEN_MODE_EDGE_PORT: String(edge),
    STOLEN_MODE_EDGE_ADMIN_PORT: String(admin),
    STOLEN_MODE_WITNESS_PORT: String(witness),
    STOLEN_MODE_GUARDIAN_PORT: String(guardian),
    STOLEN_MODE_STATUS_SIGNER_PORT: String(statusSigner),
    STOLEN_MODE_PHONE_PORT: String(phone),
    STOLEN_MODE_PHONE_SYNC_SECONDS: '1',
    STOLEN_MODE_LOG_LEVEL: logLevel,
  })
  return { config, remove: () => rm(data, { recursive: true, force: true }) }
}
