import { InvalidArgumentError, type Command } from 'commander'
import { count, jsonOption, later } from '../options.ts'

const ROWS = 10_000
const ENTRIES = 100_000
const NUMBERS = 10_000_000
const SECONDS = 5
const DEVICES = 100_000
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
    .command('propagation')
    .description('from signature to enforcement, with a thousand registers subscribed')
    .option('--edges <n>', 'registers: ten of them whole, the others light readers', count, 1_000)
    .option('--orders <n>', 'locks', count, 200)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-propagation.ts')).benchPropagation))
  bench
    .command('n5g')
    .description('checks a second over N5g-eir, beside a bare Node server and nginx (needs h2load)')
    .option('--requests <n>', 'questions of each load', count, 100_000)
    .option('--rounds <n>', 'loads of each server; medians count', count, 3)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-n5g.ts')).benchN5gRate))
  bench
    .command('index')
    .description("snapshots on the wire and the register's index: size, speed, memory, pauses")
    .option('--sizes <n,…>', 'numbers in the set', sizes, INDEX_SIZES)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-index.ts')).benchIndex))
  bench
    .command('starts')
    .description(
      'how soon a register answers: with an empty disk from signed lists, and after a restart',
    )
    .option('--entries <n>', 'listed numbers', count, NUMBERS)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-starts.ts')).benchStarts))
  bench
    .command('proof')
    .description('a register proves a whole log: entries a second, and memory an entry')
    .option('--entries <n>', 'entries of the log', count, ENTRIES)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-proof.ts')).benchProof))
  bench
    .command('edge')
    .description(
      'all of the register: index, starts, proof, S13, N5g, propagation; one JSON object',
    )
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-edge.ts')).benchEdge))
  bench
    .command('device')
    .description('a phone: bundle, boot gate, and thousands of them connected and locked')
    .option('--devices <n>', 'phones in one process', count, 10_000)
    .option('--locks <n>', 'of them, 50 a second', count, 1_000)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-device.ts')).benchDevice))
  bench
    .command('pages')
    .description('server time of each page and of a check, hit and miss, beside a bare page')
    .option('--devices <n>', 'enrolled phones', count, DEVICES)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-pages.ts')).benchPages))
  bench
    .command('log')
    .description('durable entries a second, and how soon they are acknowledged, on both databases')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe server is that of DATABASE_URL, in a schema of its own, or else one started for this.',
    )
    .action(later(async () => (await import('../actions/bench-log.ts')).benchLog))
  bench
    .command('s13')
    .description('checks a second over S13, beside a bare TCP server and freeDiameter')
    .option('--entries <n>', 'listed numbers', count, NUMBERS)
    .option('--seconds <n>', 'how long each load lasts', count, SECONDS)
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/bench-s13.ts')).benchS13Command))
}

/** @throws {InvalidArgumentError} */
function sizes(text: string): readonly number[] {
  const all = text.split(',').map(Number)
  if (all.every((size) => Number.isInteger(size) && size >= 1 && size <= LARGEST_INDEX)) return all
  throw new InvalidArgumentError(`Expected whole numbers up to ${LARGEST_INDEX}.`)
}
