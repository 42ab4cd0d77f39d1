import { readNrfKeys, startEdge, type Edge, type EdgeOptions } from '../edge/index.ts'
import { readFile } from 'node:fs/promises'
import { firstLine, machine, makeLogger } from '../host/index.ts'
import { parseVkey, snapshotKeyName } from '../log/index.ts'
import type { Trust } from '../wire/index.ts'
import { mutualTls } from '../host/mutual-tls.ts'
import type { Config } from './config.ts'
import { readEdgeFile, type EdgeFile } from './edge-config.ts'
import { Files, loadSigner, loadTrust, readNeeded } from './files.ts'
import { readPems } from './pem-files.ts'
import { portRefusal } from './ports.ts'
import { boundRegistries } from './registries.ts'
import { nobody, secretsFrom } from './secrets.ts'
import { sweepBuffersAtOnce } from './sweep-buffers.ts'

export interface EdgeSources {
  readonly config: Config
  /** The operator's file; what it leaves out comes from the environment. */
  readonly path?: string
  /** Where a passphrase or PIN is. */
  readonly secret?: string
}

/** An operator's register, which reads its file again on SIGHUP. */
export async function runEdge({ config, path, secret }: EdgeSources): Promise<Edge> {
  sweepBuffersAtOnce()
  const file = path === undefined ? {} : await readEdgeFile(path)
  const logger = makeLogger('edge', config.logLevel)
  const options = await optionsOf(file, config, secret)
  const edge = await startEdge({ ...options, surroundings: machine, logger }).catch(
    (error: unknown) => {
      throw portRefusal(error, options.port)
    },
  )
  if (path === undefined) return edge
  let reloading = Promise.resolve()
  // One after the other: what was read first must not take the place of what was read last.
  const reload = () => {
    reloading = reloading
      .then(async () => edge.reload(reloadable(await readEdgeFile(path), config)))
      .catch((error: unknown) => logger.error({ err: error }, 'not reloaded'))
  }
  process.on('SIGHUP', reload)
  const close = async () => {
    process.off('SIGHUP', reload)
    await edge.close()
  }
  return { ...edge, close }
}

function reloadable(file: EdgeFile, config: Config) {
  const { unknown = config.unknown, localList, tacList } = file
  return {
    unknown,
    ...(localList && { localList: withoutGaps(localList) }),
    ...(tacList && { tacList: withoutGaps(tacList) }),
  }
}

async function optionsOf(
  file: EdgeFile,
  config: Config,
  secret: string | undefined,
): Promise<Omit<EdgeOptions, 'surroundings' | 'logger'>> {
  const files = new Files(config.data)
  const trust = await loadTrust(file.root ?? files.root)
  const { country = config.country, network = config.network, remember } = file
  return {
    name: file.name ?? 'edge-1',
    signer: await loadSigner(
      file.key ?? files.key('edge-1'),
      secret === undefined ? nobody : secretsFrom(secret),
    ),
    trust,
    registries: file.registries
      ? await Promise.all(file.registries.map(connected))
      : await demonstration(files, config, trust),
    dataDir: file.data ?? files.folder('edge-1'),
    port: file.n5g?.port ?? config.edgePort,
    adminPort: file.admin?.port ?? config.edgeAdminPort,
    country,
    network,
    ...reloadable(file, config),
    ...(remember !== undefined && { remember }),
    ...(file.n5g && { n5g: await n5gOf(file.n5g) }),
    ...(file.nrf && { nrf: await nrfOf(file) }),
    ...(file.s13 && { s13: await s13Of(file.s13) }),
    ...(file.gsup && { gsup: gsupOf(file.gsup) }),
  }
}

async function connected(registry: NonNullable<EdgeFile['registries']>[number]) {
  const { origin, url, tls, listsKey } = registry
  return {
    origin,
    url: url.replace(/\/+$/, ''),
    ...(tls && { connector: mutualTls(await readPems(tls)) }),
    ...(listsKey !== undefined && { listsKey: parseVkey(listsKey) }),
  }
}

/** Without an operator's file: the demonstration's own registry, whose key for lists lies beside its trust. */
async function demonstration(files: Files, config: Config, trust: Trust) {
  const bound = boundRegistries(config.registries, trust)
  const vkey = await readFile(files.listsVkey, 'utf8').catch(() => null)
  const key = vkey === null ? null : parseVkey(firstLine(vkey))
  return bound.map((one) => ({
    ...one,
    ...(key?.name === snapshotKeyName(one.origin) && { listsKey: key }),
  }))
}

async function n5gOf({ host, tls, limits, tokens }: NonNullable<EdgeFile['n5g']>) {
  const pems = tls && (await readPems(tls))
  return {
    ...(host !== undefined && { host }),
    ...(limits && { limits: withoutGaps(limits) }),
    ...(pems && { tls: { key: pems.key, cert: pems.cert, clientCa: pems.ca } }),
    ...(tokens && {
      tokens: {
        mode: tokens.mode,
        issuers: tokens.issuers,
        keys: readNrfKeys((await readNeeded(tokens.nrfKeys)).toString('utf8')),
      },
    }),
  }
}

async function nrfOf({ nrf, n5g }: EdgeFile) {
  const { tls, ...rest } = nrf!
  return {
    ...rest,
    tls: tls ? await readPems(tls) : null,
    scheme: n5g?.tls ? ('https' as const) : ('http' as const),
    needsToken: n5g?.tokens?.mode === 'required',
  }
}

async function s13Of({ tls, watchdogSeconds, ...rest }: NonNullable<EdgeFile['s13']>) {
  return {
    ...rest,
    ...(tls && { tls: await readPems(tls) }),
    ...(watchdogSeconds !== undefined && { watchdogMs: watchdogSeconds * 1000 }),
  }
}

function gsupOf({ peers, ...rest }: NonNullable<EdgeFile['gsup']>) {
  return {
    ...rest,
    peers: peers.map(({ operator, country, network, ...who }) => ({
      ...withoutGaps(who),
      asker: { peer: operator, country, network },
    })),
  }
}

/** Members that were left out are not there, rather than undefined. */
function withoutGaps<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const there = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]: Exclude<T[K], undefined> }
}
