import type { Command } from 'commander'
import { jsonOption, later, registryOption, whyOption } from '../options.ts'

const HELP = `
Secrets come from files, never from the command line. In the demonstration --phone SERIAL stands
for the card and key of that simulated phone's owner.

Examples:
  stolen-mode owner report --phone DEMO00000001
  stolen-mode owner status --phone DEMO00000001 --reference SM-7Q4K-2M9X
  stolen-mode owner confirm --phone DEMO00000001 --reference SM-7Q4K-2M9X`

/** What an owner does from a borrowed phone: report, follow, withdraw, and confirm the return. */
export function ownerCommands(program: Command): void {
  const owner = program
    .command('owner')
    .description('act as the owner of a phone')
    .addHelpText('after', HELP)
  owning(owner.command('report'))
    .description('hold the phone with its recovery card')
    .addOption(whyOption())
    .action(later(async () => (await import('../actions/owner.ts')).report))
  following(owner.command('status'))
    .description('what is true now')
    .action(later(async () => (await import('../actions/owner.ts')).status))
  following(owner.command('withdraw'))
    .description("take a hold back, with the owner's key")
    .action(later(async () => (await import('../actions/owner.ts')).withdraw))
  following(owner.command('confirm'))
    .description("confirm the release police have signed, with the owner's key")
    .action(later(async () => (await import('../actions/owner.ts')).confirm))
}

function owning(command: Command): Command {
  return command
    .addOption(registryOption())
    .option('--phone <serial>', 'a simulated phone of the demonstration')
    .option('--card-file <file>', 'file that holds the ten characters of the recovery card')
    .option('--key <file>', "the owner's key")
    .addOption(jsonOption())
}

function following(command: Command): Command {
  return owning(command).requiredOption('--reference <reference>', 'the report, like SM-7Q4K-2M9X')
}
