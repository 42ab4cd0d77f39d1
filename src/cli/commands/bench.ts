import type { Command } from 'commander'
import { count, jsonOption, later } from '../options.ts'

const ROWS = 10_000

/** Measurements, each with its target beside it. */
export function benchCommands(program: Command): void {
  const bench = program.command('bench').description('measure on this machine')
  bench
    .command('import')
    .description('import and approve a list, until the last phone is BLACKLISTED at the register')
    .option('--rows <n>', 'rows of the list', count, ROWS)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench.ts')).benchImport))
  bench
    .command('log')
    .description('durable entries a second, and how soon they are acknowledged, on both databases')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe server is that of DATABASE_URL, in a schema of its own, or else one started for this.',
    )
    .action(later(async () => (await import('../actions/bench-log.ts')).benchLog))
}
