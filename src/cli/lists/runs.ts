import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, demand, equal, utf8, type PublicKey, type Signer } from '../../core/index.ts'
import {
  lockFolder,
  mkdirDurably,
  nodeVerifiers,
  sha256Fast,
  writeFileDurably,
} from '../../host/index.ts'
import {
  MAX_MANIFEST_BYTES,
  changeCount,
  changesBetween,
  formatList,
  parseList,
  readManifest,
  signManifest,
  type ListChanges,
  type ListFormat,
  type ListManifest,
  type ListedFile,
} from '../../wire/index.ts'
import type { LogState } from './pages.ts'

/** A list to go out, as it is now. */
export interface Wanted {
  /** As in file names: `blacklist`, `exceptions_<operator>`. */
  readonly list: string
  readonly format: ListFormat
  readonly at: LogState
  readonly lines: readonly string[]
  /** Which change file a line that went belongs to, where there are several. */
  readonly wentAs?: (line: string) => string
  /** What one in a hundred is counted of; the lines of the run before where nothing is said. */
  readonly among?: number
  /** Why a mass change is right; null: it stops. */
  readonly massChange: string | null
}

/** A run that is there, whole. */
export interface Run {
  readonly manifest: ListManifest
  readonly lines: readonly string[]
}

/** Above this share of its lines a list does not go out without a person. */
const BRAKE = 0.01
/** So few changes stop no list, however short. */
const FEW = 10
const MAX_LIST_BYTES = 268_435_456
const ES256 = nodeVerifiers().es256

/**
 * Writes one run of a list into a folder: the full list, what changed since the newest run there, and
 * last, as that makes it one, the signed manifest. Null: nothing is new since that run.
 * @throws {Refusal} import-mass-change; tree-went-back, log-unknown; unavailable: two runs at one log
 * time; not-found: the folder cannot be used; too-large: 256 MiB; what `readRun` says of the run before; data-folder-busy
 */
export async function writeRun(
  folder: string,
  wanted: Wanted,
  exporter: Signer,
): Promise<{ readonly manifest: ListManifest; readonly changes: ListChanges | null } | null> {
  try {
    await mkdirDurably(folder)
    const lock = lockFolder(folder)
    try {
      return await writeLocked(folder, wanted, exporter)
    } finally {
      lock.release()
    }
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error && 'code' in error)) throw error
    throw new Refusal('not-found', `${folder} cannot be read and written (${String(error.code)})`)
  }
}

async function writeLocked(
  folder: string,
  wanted: Wanted,
  exporter: Signer,
): ReturnType<typeof writeRun> {
  const newest = (await manifestNames(folder, wanted.list)).at(-1)
  const place = { ...wanted, folder, exporter: exporter.key }
  const last = newest === undefined ? null : await readRun(place, newest)
  if (last !== null && !continues(last, wanted)) return null
  const { list, format, at, lines: after, wentAs } = wanted
  const changes = last && changesBetween(format, { before: last.lines, after, wentAs })
  const reason = changes && brake(changes, wanted, last.lines.length)
  const base = last && { treeSize: last.manifest.treeSize, full: last.manifest.files[0]! }
  const files = await writeFiles(folder, wanted, base && { ...base, changes: changes! })
  const manifest = { ...at, list, base, files, reason }
  await writeFileDurably(join(folder, nameOf(manifest)), signManifest(manifest, exporter))
  return { manifest, changes }
}

/** Whether there is anything to say after the run before. @throws {Refusal} tree-went-back, log-unknown, unavailable */
function continues({ manifest, lines }: Run, { at, format, lines: now }: Wanted): boolean {
  demand(manifest.log === at.log, 'log-unknown', 'the run before is of another log')
  const isBack = at.treeSize < manifest.treeSize || at.guardedSize < manifest.guardedSize
  demand(!isBack, 'tree-went-back', 'the run before rests on a larger tree')
  const isSameTree = at.treeSize === manifest.treeSize && at.guardedSize === manifest.guardedSize
  if (isSameTree && formatList(format, now) === formatList(format, lines)) return false
  // An idle log is cosigned every minute; until then there is no name for a second run.
  demand(at.time > manifest.time, 'unavailable', 'the log has not moved on since the last run')
  return true
}

/** The reason, if one was needed. @throws {Refusal} import-mass-change */
function brake(changes: ListChanges, wanted: Wanted, before: number): string | null {
  const { massChange, among = before } = wanted
  const count = changeCount(changes)
  if (count <= Math.max(FEW, Math.floor(among * BRAKE))) return null
  if (massChange !== null) return massChange
  throw new Refusal(
    'import-mass-change',
    `${count} of ${among} lines would change; if that is right: --allow-mass-change --reason TEXT`,
    { changes: count, lines: among },
  )
}

async function writeFiles(
  folder: string,
  { list, format, at, lines }: Wanted,
  since: { readonly treeSize: number; readonly changes: ListChanges } | null,
): Promise<ListedFile[]> {
  const name = `${stampOf(at.time)}_${list}`
  const contents: (readonly [string, readonly string[]])[] = [[`${name}.csv`, lines]]
  for (const [kind, part] of since?.changes ?? []) {
    const way = `${since!.treeSize}_${at.treeSize}`
    contents.push([`${name}_delta_${way}_${kind}.csv`, part])
  }
  const files: ListedFile[] = []
  for (const [file, part] of contents) {
    const bytes = utf8(formatList(format, part))
    demand(bytes.length <= MAX_LIST_BYTES, 'too-large', 'more than the next run could read')
    await writeFileDurably(join(folder, file), bytes)
    files.push({ name: file, bytes: bytes.length, hash: sha256Fast(bytes) })
  }
  return files
}

const MANIFEST = '_manifest.cose'
/** Time and list of a manifest's name. */
export const MANIFEST_NAME = /^([0-9]{8}_[0-9]{6})_([0-9a-z_-]+)_manifest\.cose$/

const nameOf = ({ time, list }: ListManifest) => `${stampOf(time)}_${list}${MANIFEST}`

/** Manifests of one list, oldest first: a run without one was never finished. */
export async function manifestNames(folder: string, list: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => MANIFEST_NAME.exec(name)?.[2] === list).toSorted()
}

/** Where runs of one list are, and whose. */
export interface RunPlace extends Pick<Wanted, 'list' | 'format'> {
  readonly folder: string
  readonly exporter: PublicKey
}

/**
 * A run, its manifest and full list verified: whoever can write in the folder must not make us call a
 * change what is none.
 * @throws {Refusal} not-found, too-large, malformed, signature, snapshot-hash, list-columns
 */
export async function readRun(
  { folder, list, format, exporter }: RunPlace,
  manifestName: string,
): Promise<Run> {
  const bytes = await readBounded(join(folder, manifestName), MAX_MANIFEST_BYTES)
  const manifest = readManifest(bytes, exporter, ES256)
  // An old run under a later name would be the newest.
  const isItsName = manifest.list === list && nameOf(manifest) === manifestName
  demand(isItsName, 'malformed', 'the manifest of another list or time than its name says')
  return { manifest, lines: await readListed(folder, manifest.files[0]!, format) }
}

/** The lines of one file of a run. @throws as `readRun` */
export async function readListed(
  folder: string,
  { name, bytes: length, hash }: ListedFile,
  format: ListFormat,
): Promise<string[]> {
  const bytes = await readBounded(join(folder, name), MAX_LIST_BYTES)
  const isSame = bytes.length === length && equal(sha256Fast(bytes), hash)
  demand(isSame, 'snapshot-hash', `${name} is not the file its manifest names`)
  return parseList(format, Buffer.from(bytes).toString('latin1'))
}

async function readBounded(path: string, most: number): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(() => null)
  demand(bytes !== null, 'not-found', `${path} cannot be read`)
  demand(bytes.length <= most, 'too-large', `${path} is larger than ${most} bytes`)
  return new Uint8Array(bytes)
}

/** Log time as DIRBS names its runs, UTC. */
function stampOf(seconds: number): string {
  return new Date(seconds * 1000)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:]/g, '')
    .replace('T', '_')
}
