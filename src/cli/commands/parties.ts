import type { Command } from 'commander'
import { jsonOption, later } from '../options.ts'

const PARTIES = {
  serve: 'run the registry: database, log, interface and pages',
  edge: "run an operator's equipment identity register",
} as const

/** The commands that run until they are stopped: one organisation each. */
export function partyCommands(program: Command): void {
  for (const name of ['serve', 'edge'] as const)
    program
      .command(name)
      .description(PARTIES[name])
      .addOption(jsonOption())
      .action(later(async () => (await import('../actions/parties.ts'))[name]))
  program
    .command('device')
    .argument('<folder...>', 'folders that hold a phone each')
    .description('switch simulated phones on')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).device))
}
