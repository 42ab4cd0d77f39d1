import { readFile, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Refusal } from '../core/index.ts'
import { TILE_WIDTH, parseTilePath, type Tile } from '../log/index.ts'

/** A full bundle of the largest entries, and some air: 256 × 64 KiB is 16 MiB. */
const MAX_BYTES = 33_554_432
const TIMEOUT_MS = 30_000

/** Reads a log's resources from a URL prefix or a folder; null where there is none. */
export function logReader(where: string): (path: string) => Promise<Uint8Array | null> {
  if (/^https?:\/\//.test(where)) {
    const base = where.replace(/\/+$/, '')
    return (path) => fetchBytes(`${base}/${path}`)
  }
  return (path) => fileBytes(join(where, path))
}

/** The partial tiles in a folder, for an audit to compare with what took their place; none of a URL. */
export async function partialTiles(where: string): Promise<Tile[]> {
  if (/^https?:\/\//.test(where)) return []
  const names = await readdir(join(where, 'tile'), { recursive: true }).catch(() => [])
  return names
    .flatMap((name) => tileNamed(`tile/${name.split(sep).join('/')}`))
    .filter(({ width }) => width < TILE_WIDTH)
}

/** Folders, and files on their way, are none. */
function tileNamed(path: string): Tile[] {
  try {
    return [parseTilePath(path)]
  } catch {
    return []
  }
}

async function fetchBytes(url: string): Promise<Uint8Array | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (answer.status === 404) return null
    if (!answer.ok) throw new Refusal('unavailable', `the log answers ${answer.status}`)
    return await bounded(answer)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('unavailable', 'the log cannot be reached')
  }
}

async function bounded({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > MAX_BYTES) throw new Refusal('too-large', `more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

async function fileBytes(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null
    throw new Refusal('unavailable', `the log cannot be read (${code})`)
  }
}
