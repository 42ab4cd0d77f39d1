import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { Refusal } from '../../core/index.ts'
import { BlacklistPage, csvCell } from '../../wire/index.ts'
import type { z } from 'zod'
import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { say } from '../out.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly out?: string
  readonly checkDigit?: boolean
  readonly json?: boolean
}

export async function exportBlacklist(options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const key = await loadSigner(
    options.key ?? new Files(config.data).key('edge-1'),
    secretsFrom(options.secret),
  )
  const desk = new OfficerDesk(options.registry ?? config.registryUrl, key)
  const write = (out: Writable) => writeList(out, desk, options)
  if (options.out === undefined) await write(process.stdout)
  else await writeWhole(options.out, write)
}

/** A register that polls for the file must not find half of it. */
async function writeWhole(path: string, write: (out: Writable) => Promise<void>): Promise<void> {
  const part = `${path}.part`
  const out = createWriteStream(part, { mode: 0o600 })
  try {
    await once(out, 'open')
    await write(out)
    out.end()
    await once(out, 'finish')
    await rename(part, path)
  } catch (error) {
    out.destroy()
    await rm(part, { force: true })
    if (error instanceof Refusal) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new Refusal('not-found', `${path} cannot be written${code}`)
  }
}

async function writeList(out: Writable, desk: OfficerDesk, options: Options): Promise<void> {
  const put = async (line: string) => {
    if (!out.write(`${line}\n`)) await once(out, 'drain')
  }
  if (!options.json) await put('imei,block_date,reasons')
  // A number that was locked bare and enrolled afterwards stands for two things; a list names it once.
  const seen = new Set<string>()
  let cursor: string | null = null
  let treeSize = 0
  do {
    const query: string = cursor === null ? '' : `?cursor=${cursor}`
    const page: z.infer<typeof BlacklistPage> = await desk.get(
      `/v1/blacklist${query}`,
      BlacklistPage,
    )
    for (const { imei14, checkDigit, blockDate, reasons } of page.items) {
      if (seen.has(imei14)) continue
      seen.add(imei14)
      const imei = options.checkDigit ? imei14 + checkDigit : imei14
      const cells = [imei, blockDate, reasons.join('|')]
      await put(
        options.json
          ? JSON.stringify({ imei, blockDate, reasons })
          : cells.map((cell) => csvCell(cell)).join(','),
      )
    }
    treeSize = page.treeSize
    cursor = page.next
  } while (cursor !== null)
  say(`${seen.size} numbers, as of entry ${treeSize} of the public log`)
}
