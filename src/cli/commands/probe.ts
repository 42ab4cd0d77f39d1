import type { Command } from 'commander'
import { asking, count, later } from '../options.ts'

/** What keeps registers honest: questions nobody announced. */
export function probeCommand(program: Command): void {
  const probe = program
    .command('probe')
    .description(
      "ask an operator's register as a network would, compare with the log, publish the result",
    )
    .argument('<url>', 'N5g-eir of the register, HTTP/2 with prior knowledge')
    .requiredOption('--operator <name>', 'its certified name: zz.edge-1')
    .requiredOption('--register <name>', "the operator's own name for it")
    .option('--count <n>', 'questions of each kind', count, 100)
    .option('--grace-seconds <n>', 'what an order may take to get there', count, 5)
  asking(probe, 'the registry', 'registry-a')
    .addHelpText(
      'after',
      `
Example:
  stolen-mode probe http://127.0.0.1:7777 --operator zz.edge-1 --register edge-1

Half of the numbers must be refused (else: missing-block), half are their innocent neighbours (else:
over-block). Exit code 1 where something was found.`,
    )
    .action(later(async () => (await import('../actions/probe.ts')).probe))
}
