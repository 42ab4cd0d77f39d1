import { Option, type Command } from 'commander'
import { GATE_LANGUAGES, MESSAGES } from '../../core/owner-words.ts'
import { WAITING_ACTS } from '../../core/waiting-act.ts'
import { transferCommands } from './transfers.ts'
import { actOption, jsonOption, later, registryOption, whyOption } from '../options.ts'

const HELP = `
Secrets come from files, never from the command line. In the demonstration --phone SERIAL stands
for the card and key of that simulated phone's owner.

Examples:
  stolen-mode owner report --phone DEMO00000001
  stolen-mode owner report --phone DEMO00000001 --say needed --language fr --quote
  stolen-mode owner status --phone DEMO00000001 --reference SM-7Q4K-2M9X
  stolen-mode owner confirm --phone DEMO00000001 --reference SM-7Q4K-2M9X
  stolen-mode owner prove --phone DEMO00000001 --act reset
  stolen-mode owner stop --phone DEMO00000001 --by-card`

/** What an owner does from a borrowed phone: report, follow, withdraw, and confirm the return. */
export function ownerCommands(program: Command): void {
  const owner = program
    .command('owner')
    .description('act as the owner of a phone')
    .addHelpText('after', HELP)
  owning(owner.command('report'))
    .description('hold the phone with its recovery card')
    .addOption(whyOption())
    .addOption(new Option('--say <words>', 'what the phone then says').choices(MESSAGES))
    .addOption(new Option('--language <tag>', 'and in which language').choices(GATE_LANGUAGES))
    .option('--quote', 'and the reference of the report, for police')
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
  waiting(owner)
  transferCommands(owner, owning)
}

/** What an owner has asked for and has to wait for: the second factor, and the way to stop it. */
function waiting(owner: Command): void {
  const meaning = (name: string) =>
    owning(owner.command(name)).option(
      '--serial <serial>',
      'which phone, where the key owns several',
    )
  owning(owner.command('waits'))
    .description('see what waits for your phones, and what you were told')
    .action(later(async () => (await import('../actions/owner-waits.ts')).waits))
  owning(owner.command('ask'))
    .description('at a simulated phone: ask to erase it, to unprotect it, or to hand it over')
    .addOption(actOption(WAITING_ACTS))
    .action(later(async () => (await import('../actions/owner-waits.ts')).ask))
  meaning('prove')
    .description('give the second proof with your key; the waiting time begins')
    .addOption(actOption(WAITING_ACTS))
    .action(later(async () => (await import('../actions/owner-waits.ts')).prove))
  meaning('stop')
    .description('stop whatever waits')
    .option('--by-card', 'by the recovery card instead of the key')
    .action(later(async () => (await import('../actions/owner-waits.ts')).stop))
  meaning('tell-by')
    .description('set or remove the mail address where you are told')
    .option('--mail <address>', 'left out: no mail')
    .action(later(async () => (await import('../actions/owner-waits.ts')).tellBy))
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
