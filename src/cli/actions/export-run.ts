import { parseImei14, withCheckDigit, type Signer } from '../../core/index.ts'
import { machine } from '../../host/index.ts'
import { mutualTls } from '../../host/mutual-tls.ts'
import { MAX_REASON } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { readEdgeFile } from '../edge-config.ts'
import { Files, loadSigner, loadTrust } from '../files.ts'
import { writeRun } from '../lists/runs.ts'
import {
  blacklistNow,
  exceptionsNow,
  notificationsNow,
  type ListNow,
  type ListSource,
} from '../lists/wanted.ts'
import { print, wrongUsage } from '../out.ts'
import { readPems } from '../pem-files.ts'
import { secretsFrom } from '../secrets.ts'

export interface RunOptions {
  readonly config?: string
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly run?: string
  readonly root?: string
  readonly checkDigit?: boolean
  readonly allowMassChange?: boolean
  readonly reason?: string
  readonly json?: boolean
}

/** Options of a run that somebody asked for. */
type Asked = RunOptions & { readonly run: string }
type OfOperator = Asked & { readonly operator: string }

/** An operator at the registry: by what is said, else by its register's own file, else the demonstration's. */
export async function openDesk(
  options: RunOptions,
): Promise<{ readonly desk: OfficerDesk; readonly key: Signer; readonly root: string }> {
  const { config } = readConfig(process.env)
  const files = new Files(config.data)
  const file = options.config === undefined ? {} : await readEdgeFile(options.config)
  const [first] = file.registries ?? []
  const named = file.registries?.find(({ url }) => url === options.registry)
  const registry = options.registry === undefined ? first : named
  const key = await loadSigner(
    options.key ?? file.key ?? files.key('edge-1'),
    secretsFrom(options.secret),
  )
  const connector = registry?.tls && mutualTls(await readPems(registry.tls))
  const url = options.registry ?? registry?.url ?? config.registryUrl
  return {
    desk: new OfficerDesk(url.replace(/\/+$/, ''), key, machine.clock, connector),
    key,
    root: options.root ?? file.root ?? files.root,
  }
}

export async function exportBlacklistRun(options: Asked): Promise<void> {
  const opened = await openSource(options)
  await write(options, opened, await blacklistNow(opened.source))
}

export async function exportNotifications(data: string, options: OfOperator): Promise<void> {
  const opened = await openSource(options)
  await write(options, opened, await notificationsNow(opened.source, options.operator, data))
}

interface ExceptionOptions extends OfOperator {
  readonly network: readonly string[]
  readonly subscribers?: string
}

export async function exportExceptions(options: ExceptionOptions): Promise<void> {
  const opened = await openSource(options)
  const { operator, network, subscribers } = options
  const whose = { operator, networks: network, data: subscribers ?? null }
  await write(options, opened, await exceptionsNow(opened.source, whose))
}

interface Opened {
  readonly key: Signer
  readonly source: ListSource
  readonly massChange: string | null
}

/** The registry, what its word is held against, and how numbers are spelled. */
export async function openSource(options: RunOptions): Promise<Opened> {
  const massChange = reasonOf(options)
  const { desk, key, root } = await openDesk(options)
  const trust = await loadTrust(root)
  const spell = (imei14: string) =>
    options.checkDigit ? withCheckDigit(parseImei14(imei14)) : imei14
  return { key, source: { desk, trust, spell }, massChange }
}

async function write(options: Asked, { key, massChange }: Opened, now: ListNow): Promise<void> {
  const written = await writeRun(options.run, { ...now, massChange }, key)
  const { list, at, lines, found } = now
  const { treeSize } = at
  const read = found && { usable: found.usable, total: found.total, faults: found.faults }
  const changes = written?.changes
    ? Object.fromEntries([...written.changes].map(([kind, part]) => [kind, part.length]))
    : null
  const files = written === null ? [] : written.manifest.files.map(({ name }) => name)
  const answer = { list, treeSize, lines: lines.length, changes, read, written: files }
  const text = [
    ...(read === null ? [] : [`Read ${read.usable} of ${read.total} rows.`]),
    ...Object.entries(read?.faults ?? {}).flatMap(([fault, count]) =>
      count > 0 ? [`  ${fault.padEnd(14)} ${count}`] : [],
    ),
    `${lines.length} lines, as of entry ${treeSize} of the public log: ${files[0] ?? 'nothing new since the last run'}`,
    ...Object.entries(changes ?? {}).map(([kind, count]) => `  ${kind.padEnd(14)} ${count}`),
  ]
  print(options.json ?? false, answer, text.join('\n'))
}

/** @throws {CommanderError} a mass change without a reason, or a reason for nothing */
function reasonOf({ allowMassChange, reason }: RunOptions): string | null {
  if ((allowMassChange ?? false) !== (reason !== undefined))
    throw wrongUsage('--allow-mass-change and --reason belong together')
  if (reason === undefined) return null
  const said = reason.trim()
  if (said === '' || said.length > MAX_REASON)
    throw wrongUsage(`expected a reason of 1 to ${MAX_REASON} characters`)
  return said
}
