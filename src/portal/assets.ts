import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'

const FOLDER = new URL('../../dist/assets/', import.meta.url)
const Manifest = z.object({ files: z.record(z.string(), z.string().regex(/^[a-z0-9.-]+$/)) })

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The same, RFC 1952. */
  readonly zipped: Uint8Array<ArrayBuffer>
  readonly type: string
}

/**
 * What the pages need beside themselves: built by `scripts/assets.mjs`, named by content, and so good for
 * ever in any cache. All of it is in memory; nothing of a request reaches the disk.
 */
export class Assets {
  readonly #names: ReadonlyMap<string, string>
  readonly #files = new Map<string, Asset>()

  /** @throws where `npm run build` has not run */
  constructor() {
    const manifest = Manifest.parse(
      JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')),
    )
    this.#names = new Map(Object.entries(manifest.files))
    for (const file of this.#names.values()) {
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)))
      const zipped = new Uint8Array(gzipSync(bytes, { level: 9 }))
      this.#files.set(file, { bytes, zipped, type })
    }
  }

  /** Path of an asset by its plain name. */
  path(name: string): string {
    const file = this.#names.get(name)
    if (file === undefined) throw new Error(`no asset ${name}`)
    return `/assets/${file}`
  }

  /** Contents of an asset by its plain name. */
  text(name: string): string {
    return new TextDecoder().decode(
      this.#files.get(this.path(name).slice('/assets/'.length))!.bytes,
    )
  }

  /** By the name in a path; null: none of ours. */
  file(name: string): Asset | null {
    return this.#files.get(name) ?? null
  }
}
