import type { Command } from 'commander'
import { asking, later } from '../options.ts'

/** Lists for registers that cannot follow a feed. */
export function exportCommands(program: Command): void {
  const blacklist = program
    .command('export')
    .description('write lists for legacy registers')
    .command('blacklist')
    .description('the DIRBS blacklist CSV: imei,block_date,reasons')
  asking(blacklist, 'the operator', 'edge-1')
    .option('--out <file>', 'file to write, whole or not at all; stdout without it')
    .option('--check-digit', 'append the check digit: 15 digits')
    .addHelpText('after', '\nWith --json one object a line instead of CSV.')
    .action(later(async () => (await import('../actions/export.ts')).exportBlacklist))
}
