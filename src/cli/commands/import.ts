import type { Command } from 'commander'
import { Refusal } from '../../core/index.ts'
import { importList } from '../clients/list-import.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { readStolenList } from '../lists/read-list.ts'
import { print } from '../out.ts'
import { progressBar } from '../progress.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly why: string
  readonly prefix?: string
  readonly acceptShrinking?: string
  readonly json?: boolean
}

const SHOWN = 20

/** A police intake: rows become cases; nothing is locked before a second officer approves. */
export function importCommands(program: Command): void {
  program
    .command('import')
    .description('read lists made elsewhere')
    .command('stolen-list')
    .description('take a DIRBS stolen list (full or delta, CSV or zip) as a police intake')
    .argument('<file>', 'the list')
    .option('--registry <url>', 'registry')
    .option('--key <file>', "the importing officer's key (demonstration: keys/officer-1.pem)")
    .option('--why <word>', 'theft, robbery, burglary or lost', 'theft')
    .option('--prefix <text>', 'begins the crime reference of each case')
    .option('--accept-shrinking <reason>', 'why a list much shorter than the last one is right')
    .option('--json', 'one JSON object on stdout')
    .action(importStolenList)
}

async function importStolenList(file: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const officer = await loadSigner(options.key ?? new Files(config.data).key('officer-1'))
  const why = (['theft', 'robbery', 'burglary', 'lost'] as const).find(
    (word) => word === options.why,
  )
  if (why === undefined) throw new Refusal('fields', 'expected theft, robbery, burglary or lost')
  const list = await readStolenList(file)
  const imported = await importList({
    desk: new OfficerDesk(options.registry ?? config.registryUrl, officer),
    officer,
    list,
    why,
    prefix: options.prefix ?? null,
    shrinkReason: options.acceptShrinking ?? null,
    progress: progressBar,
  })
  const aside = [...list.refused, ...imported.refused]
  const { batch, results, standing } = imported
  const answer = { batch: batch.id, rows: list.total, results, setAside: aside, standing }
  print(options.json ?? false, answer, table(batch.id, list.total, results, aside, standing))
}

function table(
  batch: string,
  total: number,
  results: Readonly<Record<string, number>>,
  aside: readonly { readonly line: number; readonly reason: string }[],
  standing: readonly number[],
): string {
  const lines = [`Import ${batch}: ${total} rows`]
  for (const [result, count] of Object.entries(results))
    lines.push(`  ${result.padEnd(10)} ${count}`)
  lines.push(`  set aside  ${aside.length}`)
  for (const { line, reason } of aside.slice(0, SHOWN)) lines.push(`    line ${line}: ${reason}`)
  if (aside.length > SHOWN) lines.push(`    … and ${aside.length - SHOWN} more (--json lists all)`)
  if (standing.length > 0)
    lines.push(
      `  locked although the list says recovered, for people to release: lines ${standing.slice(0, SHOWN).join(', ')}`,
    )
  lines.push('', `Another officer approves with: stolen-mode officer approve --batch ${batch}`)
  return lines.join('\n')
}
