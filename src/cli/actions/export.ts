import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { Refusal } from '../../core/index.ts'
import { listLine } from '../../wire/index.ts'
import type { OfficerDesk } from '../clients/officer.ts'
import { blacklistPages } from '../lists/pages.ts'
import { say, wrongUsage } from '../out.ts'
import { exportBlacklistRun, openDesk, type RunOptions } from './export-run.ts'

interface Options extends RunOptions {
  readonly out?: string
}

export async function exportBlacklist(options: Options): Promise<void> {
  if (options.run !== undefined) {
    if (options.out !== undefined) throw wrongUsage('--out and --run exclude each other')
    return exportBlacklistRun({ ...options, run: options.run })
  }
  const { desk } = await openDesk(options)
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
  let size = 0
  for await (const { items, treeSize } of blacklistPages(desk)) {
    for (const { imei14, checkDigit, blockDate, reasons } of items) {
      if (seen.has(imei14)) continue
      seen.add(imei14)
      const imei = options.checkDigit ? imei14 + checkDigit : imei14
      const cells = [imei, blockDate, reasons.join('|')]
      await put(options.json ? JSON.stringify({ imei, blockDate, reasons }) : listLine(cells))
    }
    size = treeSize
  }
  say(`${seen.size} numbers, as of entry ${size} of the public log`)
}
