import type { Command } from 'commander'
import { count, jsonOption, later } from '../options.ts'

const ROWS = 10_000

/** Measurements, each with its target beside it. */
export function benchCommands(program: Command): void {
  program
    .command('bench')
    .description('measure on this machine')
    .command('import')
    .description('import and approve a list, until the last phone is BLACKLISTED at the register')
    .option('--rows <n>', 'rows of the list', count, ROWS)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench.ts')).benchImport))
}
