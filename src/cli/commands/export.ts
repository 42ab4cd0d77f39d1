import { InvalidArgumentError, type Command } from 'commander'
import { asking, later, several } from '../options.ts'

const RUNS = `
A run is a full list, the changes since the newest run in that folder, and last the manifest: sizes,
SHA-256 of each file, tree sizes, signed by your key. File names bear the log's time in UTC and tree sizes.
More than 1 % of the lines changed stops until you say --allow-mass-change --reason.`

/** Lists for registers that cannot follow a feed. */
export function exportCommands(program: Command): void {
  const lists = program.command('export').description('write lists for legacy registers')
  const blacklist = lists
    .command('blacklist')
    .description('the DIRBS blacklist CSV: imei,block_date,reasons')
  running(blacklist)
    .option('--out <file>', 'file to write, whole or not at all; stdout without it')
    .option('--run <folder>', 'write a run into this folder instead')
    .addHelpText('after', `\nWith --json one object a line instead of CSV.${RUNS}`)
    .action(later(async () => (await import('../actions/export.ts')).exportBlacklist))
  const notifications = lists
    .command('notifications')
    .description(
      'whose phones are refused, from your own data: imei,imsi,msisdn,block_date,reasons',
    )
    .argument('<data>', 'DIRBS operator data or pairing list, CSV or zip; it stays on this machine')
  ofOperator(notifications)
    .addHelpText('after', RUNS)
    .action(later(async () => (await import('../actions/export-run.ts')).exportNotifications))
  const exceptions = lists
    .command('exceptions')
    .description('the honest pairs of the log: imei,imsi,msisdn')
  ofOperator(exceptions)
    .option('--network <mccmnc>', 'only subscribers of this network; may be repeated', network, [])
    .option('--subscribers <file>', 'your operator data or pairing list, for telephone numbers')
    .addHelpText('after', RUNS)
    .action(later(async () => (await import('../actions/export-run.ts')).exportExceptions))
  const verify = lists
    .command('verify')
    .description(
      'check every run in a folder: signatures, files, and that changes lead from list to list',
    )
    .argument('<folder>', 'where the runs are')
  asking(verify, 'the exporting operator', 'edge-1').action(
    later(async () => (await import('../actions/export-verify.ts')).verifyRuns),
  )
}

function running(command: Command): Command {
  return asking(command, 'the operator', 'edge-1')
    .option('--config <file>', "the register's own file: its key, root document, registry and TLS")
    .option('--check-digit', 'append the check digit: 15 digits')
    .option('--root <file>', 'root document (demonstration: trust/root.cbor)')
    .option('--allow-mass-change', 'let a run pass that changes more than 1 % of the lines')
    .option('--reason <text>', 'why that is right; it stands in the manifest')
}

function ofOperator(command: Command): Command {
  return running(command)
    .requiredOption('--operator <name>', 'as file names are to have it', operator)
    .requiredOption('--run <folder>', 'folder of the runs')
}

/** @throws {InvalidArgumentError} */
function operator(text: string): string {
  if (!/^[0-9a-z][0-9a-z_-]{0,31}$/.test(text))
    throw new InvalidArgumentError('Expected 1 to 32 lower-case letters, digits, _ or -.')
  return text
}

/** @throws {InvalidArgumentError} */
function network(text: string, before: readonly string[]): readonly string[] {
  if (!/^[0-9]{5,6}$/.test(text))
    throw new InvalidArgumentError('Expected MCC and MNC, 5 or 6 digits.')
  return several(text, before)
}
