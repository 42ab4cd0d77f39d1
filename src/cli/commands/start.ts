import type { Command } from 'commander'
import { jsonOption, later } from '../options.ts'

/** Everything on one machine, for somebody who has just cloned this. */
export function startCommand(program: Command): void {
  program
    .command('start')
    .description('run the whole demonstration: registry, witness, guardian, edge and phones')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/start.ts')).start))
}
