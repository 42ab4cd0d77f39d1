import type { Command } from 'commander'
import { asking, later, whyOption } from '../options.ts'

const HELP = `
Rows with status "blacklist" or none become cases, each with a lock proposed and signed by you;
"pending" leaves a case open; "recovered" and "remove" take back what nobody has approved. Nothing is
locked before another officer says: stolen-mode officer approve --batch ID
Bad rows are set aside, by line and reason. The same file twice changes nothing; an interrupted import
goes on where it stopped.

Examples:
  stolen-mode import stolen-list StolenFullList.zip --prefix 2026-W11
  stolen-mode import stolen-list delta.csv --why robbery --json`

/** A police intake: rows become cases; nothing is locked before a second officer approves. */
export function importCommands(program: Command): void {
  const list = program
    .command('import')
    .description('read lists made elsewhere')
    .command('stolen-list')
    .description('take a DIRBS stolen list (full or delta, CSV or zip) as a police intake')
    .argument('<file>', 'the list')
  asking(list, 'the importing officer', 'officer-1')
    .addOption(whyOption())
    .option('--prefix <text>', 'begins the crime reference of each case, at most 32 characters')
    .option('--accept-shrinking <reason>', 'why a list much shorter than the last one is right')
    .addHelpText('after', HELP)
    .action(later(async () => (await import('../actions/import.ts')).importStolenList))
}
