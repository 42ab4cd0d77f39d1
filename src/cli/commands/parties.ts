import { Option, type Command } from 'commander'
import { jsonOption, later, secretOption } from '../options.ts'

/** The commands that run until they are stopped: one organisation each. */
export function partyCommands(program: Command): void {
  program
    .command('serve')
    .description('run the registry: database, log, interface and pages')
    .addOption(
      new Option(
        '--lab',
        'a demonstration: phones, owners and officers for the page /lab',
      ).hideHelp(),
    )
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).serve))
  program
    .command('status-signer')
    .description('sign status tokens beside the registry, with a key it does not hold')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).statusSigner))
  program
    .command('force-desk')
    .description('sign with the force’s order key what two of its officers have signed')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).forceDesk))
  program
    .command('edge')
    .description("run an operator's equipment identity register")
    .option(
      '--config <file>',
      'the operator’s JSON file (docs/operators-guide.md); SIGHUP reads it again',
    )
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).edge))
  program
    .command('device')
    .argument('<folder...>', 'folders that hold a phone each')
    .description('switch simulated phones on')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/parties.ts')).device))
}
