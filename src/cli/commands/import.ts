import { Option, type Command } from 'commander'
import { asking, jsonOption, later, whyOption } from '../options.ts'

const HELP = `
Rows with status "blacklist" or none become cases, each with a lock proposed and signed by you;
"pending" leaves a case open; "recovered" and "remove" take back what nobody has approved. Nothing is
locked before another officer says: stolen-mode officer approve --batch ID
Bad rows are set aside, by line and reason. The same file twice changes nothing; an interrupted import
goes on where it stopped.

Examples:
  stolen-mode import stolen-list StolenFullList.zip --prefix 2026-W11
  stolen-mode import stolen-list delta.csv --why robbery --json`

const OWN_HELP = `
A full list takes the place of all rows of its kind and word, a delta changes them; one bad row refuses
the whole file, by line. A stolen list's "pending" becomes grey, "recovered" nothing. The register looks
at the file on SIGHUP, and stops at more than 1 % changed until its configuration accepts the SHA-256.`

/** Lists made elsewhere: a police intake, where nothing is locked before a second officer approves, and an operator's own. */
export function importCommands(program: Command): void {
  const lists = program.command('import').description('read lists made elsewhere')
  const list = lists
    .command('stolen-list')
    .description('take a DIRBS stolen list (full or delta, CSV or zip) as a police intake')
    .argument('<file>', 'the list')
  asking(list, 'the importing officer', 'officer-1')
    .addOption(whyOption())
    .option('--prefix <text>', 'begins the crime reference of each case, at most 32 characters')
    .option('--accept-shrinking <reason>', 'why a list much shorter than the last one is right')
    .addHelpText('after', HELP)
    .action(later(async () => (await import('../actions/import.ts')).importStolenList))
  lists
    .command('own-list')
    .description("take a DIRBS list (full or delta, CSV or zip) into a register's own list")
    .argument('<file>', 'stolen list, blacklist, barred numbers or barred TACs')
    .requiredOption('--into <file>', 'the file that localList names; made where there is none')
    .addOption(
      new Option('--as <word>', 'what its rows make of a number')
        .choices(['black', 'grey', 'white'])
        .default('black'),
    )
    .option('--accept-shrinking <reason>', 'why a list much shorter than the last one is right')
    .addOption(jsonOption())
    .addHelpText('after', OWN_HELP)
    .action(later(async () => (await import('../actions/import-own.ts')).importOwnList))
}
