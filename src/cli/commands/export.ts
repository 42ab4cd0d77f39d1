import { createWriteStream } from 'node:fs'
import type { Command } from 'commander'
import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { say } from '../out.ts'
import { BlacklistPage } from '../../wire/index.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly out?: string
  readonly checkDigit?: boolean
  readonly json?: boolean
}

/** Lists for registers that cannot follow a feed. */
export function exportCommands(program: Command): void {
  program
    .command('export')
    .description('write lists for legacy registers')
    .command('blacklist')
    .description('the DIRBS blacklist CSV: imei,block_date,reasons')
    .option('--registry <url>', 'registry')
    .option('--key <file>', "the operator's key (demonstration: keys/edge-1.pem)")
    .option('--out <file>', 'file to write; stdout without it')
    .option('--check-digit', 'append the check digit: 15 digits')
    .option('--json', 'JSON lines instead of CSV')
    .action(exportBlacklist)
}

async function exportBlacklist(options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const key = await loadSigner(options.key ?? new Files(config.data).key('edge-1'))
  const desk = new OfficerDesk(options.registry ?? config.registryUrl, key)
  const out =
    options.out === undefined ? process.stdout : createWriteStream(options.out, { mode: 0o600 })
  if (!options.json) out.write('imei,block_date,reasons\n')
  let cursor = ''
  let count = 0
  let treeSize = 0
  do {
    const page = await desk.get(
      `/v1/blacklist${cursor === '' ? '' : `?cursor=${cursor}`}`,
      BlacklistPage,
    )
    for (const { imei14, checkDigit, blockDate, reasons } of page.items) {
      const imei = options.checkDigit ? imei14 + checkDigit : imei14
      const row = options.json
        ? JSON.stringify({ imei, blockDate, reasons })
        : [imei, blockDate, reasons.join('|')].join(',')
      out.write(`${row}\n`)
    }
    count += page.items.length
    treeSize = page.treeSize
    cursor = page.next ?? ''
  } while (cursor !== '')
  if (out !== process.stdout) await new Promise<void>((resolve) => out.end(() => resolve()))
  say(`${count} numbers, as of entry ${treeSize} of the public log`)
}
