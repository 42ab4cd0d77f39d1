import type { Command } from 'commander'
import { jsonOption, later } from '../options.ts'

const PARTIES = {
  serve: 'run the registry: database, log, interface and pages',
  witness: 'run a witness: cosigns what continues what it has seen',
  guardian: 'run a guardian: cosigns only what is lawful and within its caps',
  edge: "run an operator's equipment identity register",
} as const

/** The commands that run until they are stopped: one organisation each. */
export function partyCommands(program: Command): void {
  for (const name of ['serve', 'witness', 'guardian', 'edge'] as const)
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
