import { Refusal, parseImei14, withCheckDigit } from '../core/index.ts'
import { startPhone, type StartedPhone } from '../device/index.ts'
import { startStatusSigner } from '../edge/index.ts'
import { machine, makeLogger } from '../host/index.ts'
import { createPortal } from '../portal/index.ts'
import {
  ANDROID_ROOTS,
  LIMITS,
  ModelNames,
  StatusListFile,
  openDatabase,
  openRegistry,
  serve,
  smtpPost,
  spoolPost,
  webPushPost,
} from '../registry/index.ts'
import { logKeys } from '../log/index.ts'
import { readConformance } from './conformance-results.ts'
import { databaseOf, type Config, type Secrets } from './config.ts'
import { readPhones } from './demo-phones.ts'
import {
  Files,
  loadFounding,
  loadPolicySigner,
  loadSigner,
  loadTrust,
  readNeeded,
} from './files.ts'
import { readIdentityProviders } from './identity-providers.ts'
import { Lab } from './lab/lab.ts'
import { openListsKey } from './lists-key.ts'
import { openPushKey } from './push-key.ts'
import type { Running } from './out.ts'
import { portRefusal } from './ports.ts'
import { readPems } from './pem-files.ts'
import { boundRegistries } from './registries.ts'
import { readWaits } from './waits-file.ts'

/** The national registry with its pages. `onFatal` is called when its database is over. */
export async function runRegistry(
  config: Config,
  secrets: Secrets,
  onFatal: (reason: Refusal) => void,
  { hasLab = false }: { readonly hasLab?: boolean } = {},
): Promise<Running> {
  const files = new Files(config.data)
  const logger = makeLogger('registry', config.logLevel)
  const trust = await loadTrust(files.root)
  const key = (name: string) => loadSigner(files.key(name))
  const log = await loadPolicySigner(files.key('log'), logKeys(trust.plain))
  const registries = boundRegistries(config.registries, trust)
  const models = config.tacList === null ? null : await ModelNames.read(config.tacList)
  const providers = config.identityProviders
  const identityProviders = providers === null ? [] : await readIdentityProviders(providers)
  const statusFile = config.androidStatus
  const revoked = statusFile === null ? null : await StatusListFile.open(statusFile, logger)
  const database = await openDatabase(databaseOf(config, secrets)).catch((error: unknown) => {
    throw databaseRefusal(error)
  })
  database.onFatal((reason) => {
    logger.fatal({ code: reason.code }, 'the database is over for this process')
    onFatal(reason)
  })
  const results =
    config.conformance === null ? [] : await readConformance(config.conformance, logger)
  const registry = await openRegistry({
    database,
    logFolder: files.folder('registry', 'log'),
    trust,
    keys: {
      log,
      intakes: [await key('intake')],
      registry: await key('registry-a'),
      lists: await openListsKey(files, log.key.name),
      secret: new Uint8Array(await readNeeded(files.folder('keys', 'registry-secret'))),
    },
    url: config.registryUrl,
    country: config.country,
    peers: registries.filter(({ origin }) => origin !== log.key.name),
    statusSignerUrl: config.statusSignerUrl,
    grantDeskUrl: config.grantDeskUrl,
    identityProviders,
    founding: await loadFounding(files),
    poolMs: config.poolMs,
    models,
    waits: config.waits === null ? new Map() : await readWaits(config.waits),
    post: postOf(files, config, secrets),
    push: webPushPost({
      pem: await openPushKey(files),
      subject: `mailto:${config.mailFrom}`,
      origins: config.pushOrigins,
    }),
    android: revoked && { roots: ANDROID_ROOTS, status: () => revoked.list },
    evidence: config.evidence,
    limits: { ...LIMITS, isBehindProxy: config.isBehindProxy },
    surroundings: machine,
    logger,
  }).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  // Whoever puts his own name on the pages runs no demonstration.
  const lab = hasLab && config.theme === null ? await Lab.open({ files, config, logger }) : null
  registry.app.route(
    '/',
    createPortal(registry.context, registry.hub, {
      edgePort: config.edgePort,
      ...(lab && { lab }),
      conformance: results,
      ...(config.theme && { theme: config.theme }),
      phones: () => phoneLinks(files, config),
    }),
  )
  const listening = { host: config.listen, tls: config.tls && (await readPems(config.tls)) }
  const served = await serve(registry.app, config.registryPort, listening).catch(
    async (error: unknown) => {
      await lab?.close()
      await registry.close()
      await database.close()
      throw portRefusal(error, config.registryPort)
    },
  )
  const close = async () => {
    await lab?.close()
    const closing = served.close()
    await registry.close()
    await closing
    await database.close()
    revoked?.close()
  }
  return { url: served.url, close }
}

/** Whoever signs status tokens beside the registry, with the other key. */
export async function runStatusSigner(config: Config): Promise<Running> {
  const files = new Files(config.data)
  const logger = makeLogger('status-signer', config.logLevel)
  const trust = await loadTrust(files.root)
  return startStatusSigner({
    signer: await loadSigner(files.key('registry-b')),
    trust,
    registry: boundRegistries(config.registries, trust)[0]!,
    dataDir: files.folder('status-signer'),
    url: config.statusSignerUrl,
    port: config.statusSignerPort,
    surroundings: machine,
    logger,
  }).catch((error: unknown) => {
    throw portRefusal(error, config.statusSignerPort)
  })
}

function postOf(files: Files, { mailFrom: from }: Config, { smtpUrl }: Secrets) {
  return smtpUrl === null
    ? spoolPost({ folder: files.folder('registry', 'mail'), from })
    : smtpPost({ url: smtpUrl, from })
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
    screenUrl: `http://127.0.0.1:${config.phonePort + i}/glass`,
  }))
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
