import { Refusal, parseImei14, withCheckDigit } from '../core/index.ts'
import { startPhone, type StartedPhone } from '../device/index.ts'
import { startEdge, type Edge } from '../edge/index.ts'
import { machine, makeLogger } from '../host/index.ts'
import { createPortal } from '../portal/index.ts'
import { openDatabase, openRegistry, serve } from '../registry/index.ts'
import { startGuardian, startWitness, type RunningWitness } from '../witness/index.ts'
import { databaseOf, type Config, type Secrets } from './config.ts'
import { readPhones } from './demo-phones.ts'
import { Files, loadFounding, loadNoteSigner, loadSigner, loadTrust, readNeeded } from './files.ts'

/** Something that runs until it is closed. */
export interface Running {
  readonly url: string
  close(): Promise<void>
}

/** The national registry with its pages. `onFatal` is called when its database is over. */
export async function runRegistry(
  config: Config,
  secrets: Secrets,
  onFatal: () => void,
): Promise<Running> {
  const files = new Files(config.data)
  const logger = makeLogger('registry', config.logLevel)
  const trust = await loadTrust(files.root)
  const key = (name: string) => loadSigner(files.key(name))
  const database = await openDatabase(databaseOf(config, secrets)).catch((error: unknown) => {
    throw databaseRefusal(error)
  })
  database.onFatal((reason) => {
    logger.fatal({ code: reason.code }, 'the database is over for this process')
    onFatal()
  })
  const registry = await openRegistry({
    database,
    logFolder: files.folder('registry', 'log'),
    trust,
    keys: {
      log: await loadNoteSigner(
        files.key('log'),
        trust.plain.logs.map((log) => log.key),
      ),
      intake: await key('intake'),
      registry: [await key('registry-a'), await key('registry-b')],
      secret: new Uint8Array(await readNeeded(files.folder('keys', 'registry-secret'))),
    },
    country: config.country,
    founding: await loadFounding(files),
    poolMs: config.poolMs,
    surroundings: machine,
    logger,
  }).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  registry.app.route(
    '/',
    createPortal(registry.context, registry.hub, {
      edgePort: config.edgePort,
      phones: () => phoneLinks(files, config),
    }),
  )
  const served = await serve(registry.app, config.registryPort).catch(async (error: unknown) => {
    await registry.close()
    await database.close()
    throw portRefusal(error, config.registryPort)
  })
  const close = async () => {
    const closing = served.close()
    await registry.close()
    await closing
    await database.close()
  }
  return { url: served.url, close }
}

/** A cosigner: plain, or guardian as well. */
export async function runCosigner(
  config: Config,
  kind: 'witness' | 'guardian',
): Promise<RunningWitness> {
  const files = new Files(config.data)
  const trust = await loadTrust(files.root)
  const options = {
    name: kind,
    signer: await loadNoteSigner(
      files.key(kind),
      trust.guarded.witnesses.map((witness) => witness.key),
    ),
    logs: trust.plain.logs.map((log) => log.key),
    dataDir: files.folder(kind),
    surroundings: machine,
    logger: makeLogger(kind, config.logLevel),
  }
  const port = kind === 'witness' ? config.witnessPort : config.guardianPort
  const start =
    kind === 'witness'
      ? startWitness({ ...options, port })
      : startGuardian({ ...options, port, trust, logUrl: `${config.registryUrl}/log` })
  return start.catch((error: unknown) => {
    throw portRefusal(error, port)
  })
}

/** An operator's register. */
export async function runEdge(config: Config): Promise<Edge> {
  const files = new Files(config.data)
  return startEdge({
    name: 'edge-1',
    signer: await loadSigner(files.key('edge-1')),
    trust: await loadTrust(files.root),
    registryUrl: config.registryUrl,
    dataDir: files.folder('edge-1'),
    port: config.edgePort,
    adminPort: config.edgeAdminPort,
    country: config.country,
    network: config.network,
    unknown: config.unknown,
    surroundings: machine,
    logger: makeLogger('edge', config.logLevel),
  }).catch((error: unknown) => {
    throw portRefusal(error, config.edgePort)
  })
}

/** A phone that was manufactured into `dir`, switched on. */
export async function runPhone(config: Config, dir: string, port: number): Promise<StartedPhone> {
  return startPhone({
    dir,
    registryUrl: config.registryUrl,
    country: config.country,
    port,
    syncEveryMs: config.phoneSyncSeconds * 1000,
    surroundings: machine,
    monotonic: () => performance.now(),
    logger: makeLogger('phone', config.logLevel),
  }).catch((error: unknown) => {
    throw portRefusal(error, port)
  })
}

/** The simulated phones of this demonstration, as the start page offers them. */
function phoneLinks(files: Files, config: Config) {
  return readPhones(files).map(({ imei, serial }, i) => ({
    imei: withCheckDigit(parseImei14(imei)),
    serial,
    screenUrl: `http://127.0.0.1:${config.phonePort + i}/screen`,
  }))
}

function portRefusal(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Refusal('config', `port ${port} is taken by another program`)
  return error
}

/** PostgreSQL's classes of errors that no waiting mends: who one is, and which database. */
const WRONG_ADDRESS = ['28000', '28P01', '3D000']

/** The driver's own words may hold parts of the address, and that holds a password. */
function databaseRefusal(error: unknown): unknown {
  if (error instanceof Refusal) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  return WRONG_ADDRESS.includes(code)
    ? new Refusal('config', `DATABASE_URL: the server refuses it (${code})`)
    : new Refusal('unavailable', `the database cannot be opened (${code})`)
}
