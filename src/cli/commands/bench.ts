import { InvalidArgumentError, type Command } from 'commander'
import { count, jsonOption, later } from '../options.ts'

const ROWS = 10_000
const ENTRIES = 100_000
const INDEX_SIZES: readonly number[] = [1_000_000, 10_000_000]
const LARGEST_INDEX = 100_000_000

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
    .command('audit')
    .description('write a log of signed entries, then time its whole audit on one core')
    .option('--entries <n>', 'entries of the log', count, ENTRIES)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-audit.ts')).benchAudit))
  bench
    .command('index')
    .description("snapshots on the wire and the register's index: size, speed, memory, pauses")
    .option('--sizes <n,…>', 'numbers in the set', sizes, INDEX_SIZES)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-index.ts')).benchIndex))
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

/** @throws {InvalidArgumentError} */
function sizes(text: string): readonly number[] {
  const all = text.split(',').map(Number)
  if (all.every((size) => Number.isInteger(size) && size >= 1 && size <= LARGEST_INDEX)) return all
  throw new InvalidArgumentError(`Expected whole numbers up to ${LARGEST_INDEX}.`)
}
