import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Refusal, utf8 } from '../../core/index.ts'
import { generateNoteSigner, machine, makeLogger } from '../../host/index.ts'
import {
  COSIGNATURE,
  ED25519,
  NO_QUORUM,
  formatVkey,
  logKeys,
  parsePolicy,
  type NoteKey,
  type PolicyLog,
} from '../../log/index.ts'
import type { Trust } from '../../wire/index.ts'
import { startGuardian, startWitness, type MirroredLog } from '../../witness/index.ts'
import { readConfig, type Config } from '../config.ts'
import { Files, loadNoteSigner, loadPolicySigner, loadTrust, writeSecret } from '../files.ts'
import { print, runUntilStopped, wrongUsage } from '../out.ts'
import { portRefusal } from '../ports.ts'
import { boundRegistries } from '../registries.ts'

interface Options {
  readonly name?: string
  readonly key?: string
  readonly log?: readonly string[]
  readonly logs?: string
  readonly data?: string
  readonly root?: string
  readonly port?: number
  readonly json?: boolean
}

/** Who it is, what it keeps, and for which logs; settings fill in what the command line leaves out. */
interface Seat {
  readonly name: string
  readonly keyFile: string
  /** Null: as the root document's policy names the key. */
  readonly keyName: string | null
  readonly dataDir: string
  readonly port: number
  readonly rootFile: string | null
  /** Empty: those of the root document. */
  readonly logs: readonly PolicyLog[]
}

export const witness = (options: Options) =>
  runUntilStopped('witness', options, async () => {
    const { config } = readConfig(process.env)
    const seat = await seatOf('witness', options, config)
    const { logs } = seat
    const keys = logs.length > 0 ? logs : (await trustOf(seat)).plain.logs
    const started = startWitness({
      ...(await common(seat, config)),
      logs: keys.map(({ key }) => key),
    })
    return started.catch((error: unknown) => {
      throw portRefusal(error, seat.port)
    })
  })

export const guardian = (options: Options) =>
  runUntilStopped('guardian', options, async () => {
    const { config } = readConfig(process.env)
    const seat = await seatOf('guardian', options, config)
    const trust = await trustOf(seat)
    const logs = seat.keyName === null ? everyLog(config, trust) : mirrored(seat, trust)
    return startGuardian({ ...(await common(seat, config)), logs }).catch((error: unknown) => {
      throw portRefusal(error, seat.port)
    })
  })

interface Keygen {
  readonly name: string
  readonly key: string
  readonly json?: boolean
}

export const keygen = (options: Keygen) => drawKey(options, COSIGNATURE)
export const keygenOfLog = (options: Keygen) => drawKey(options, ED25519)

async function drawKey(options: Keygen, type: NoteKey['type']): Promise<void> {
  if (existsSync(options.key))
    throw new Refusal('config', `${options.key} is there already; a key is not drawn twice`)
  const { signer, pem } = named(options.name, type)
  await writeSecret(resolve(options.key), pem)
  const vkey = formatVkey(signer.key)
  print(options.json ?? false, { vkey, key: options.key }, vkey)
}

function named(name: string, type: NoteKey['type']) {
  try {
    return generateNoteSigner(name, type)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw wrongUsage(`--name: ${error.message}`)
  }
}

async function seatOf(
  kind: 'witness' | 'guardian',
  options: Options,
  config: Config,
): Promise<Seat> {
  const set = config.cosigner
  const key = options.key ?? set.key
  const port = options.port ?? (kind === 'witness' ? config.witnessPort : config.guardianPort)
  if (key === undefined) return demonstrationSeat(kind, options, config, port)
  const name = options.name ?? set.name
  const data = options.data ?? set.data
  const rootFile = options.root ?? set.root ?? null
  const logs = await logsOf(options, set.logs)
  if (name === undefined) throw wrongUsage('--name is needed beside --key')
  if (data === undefined) throw wrongUsage('--data is needed beside --key')
  if (kind === 'witness' && logs.length === 0) throw wrongUsage('--log or --logs is needed')
  if (kind === 'guardian' && rootFile === null) throw wrongUsage('--root is needed beside --key')
  const dataDir = resolve(data)
  return { name, keyName: name, keyFile: key, dataDir, port, rootFile, logs }
}

function demonstrationSeat(
  kind: 'witness' | 'guardian',
  options: Options,
  config: Config,
  port: number,
): Seat {
  const alone = ['name', 'log', 'logs', 'data', 'root'] as const
  const given = alone.find((option) => options[option] !== undefined)
  if (given) throw wrongUsage(`--${given} is for one of its own: give its --key as well`)
  const files = new Files(config.data)
  return {
    name: kind,
    keyName: null,
    keyFile: files.key(kind),
    dataDir: files.folder(kind),
    port,
    rootFile: files.root,
    logs: [],
  }
}

async function common(seat: Seat, config: Config) {
  const { name, keyName, keyFile, dataDir, port } = seat
  const signer =
    keyName === null
      ? await loadPolicySigner(keyFile, cosignerKeys(await trustOf(seat)))
      : await loadNoteSigner(keyFile, keyName, COSIGNATURE)
  const logger = makeLogger(name, config.logLevel)
  return { name, signer, dataDir, port, surroundings: machine, logger }
}

async function trustOf({ rootFile }: Seat): Promise<Trust> {
  return loadTrust(rootFile!)
}

/** Log lines from the command line and from a file, read by the rules of a policy. */
async function logsOf(options: Options, file?: string): Promise<readonly PolicyLog[]> {
  const path = options.logs ?? file
  const fromFile = path === undefined ? '' : await readLogs(path)
  const lines = (options.log ?? []).map((log) => `log ${log}\n`).join('')
  const text = `${fromFile}${lines}`
  const hasQuorum = /^[ \t]*quorum[ \t]/m.test(text)
  return parsePolicy(utf8(hasQuorum ? text : `${text}quorum ${NO_QUORUM}\n`)).logs
}

async function readLogs(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    return text.endsWith('\n') ? text : `${text}\n`
  } catch {
    throw new Refusal('config', `${path} cannot be read`)
  }
}

const cosignerKeys = ({ guarded }: Trust) => guarded.witnesses.map(({ key }) => key)

/** A demonstration's guardian mirrors the log of every registry it is told of. */
function everyLog({ registries }: Config, trust: Trust): readonly MirroredLog[] {
  return boundRegistries(registries, trust).map(({ origin, url }) => {
    const keys = logKeys(trust.plain).filter(({ name }) => name === origin)
    return { keys, url: `${url}/log`, trust }
  })
}

/** One log per origin, each with all its keys and the one address. */
function mirrored({ logs }: Seat, trust: Trust): readonly MirroredLog[] {
  const byOrigin = new Map<string, PolicyLog[]>()
  for (const log of logs.length > 0 ? logs : trust.plain.logs)
    byOrigin.set(log.key.name, [...(byOrigin.get(log.key.name) ?? []), log])
  return [...byOrigin].map(([origin, same]) => {
    const url = same.find((log) => log.url !== null)?.url
    if (!url) throw new Refusal('config', `no address for ${origin}: --log "VKEY URL"`)
    return { keys: same.map(({ key }) => key), url: url.replace(/\/+$/, ''), trust }
  })
}
