import type { Command } from 'commander'
import { asking, jsonOption, later, registryOption } from '../options.ts'

const HELP = `
The handover file is all a buyer needs: whoever has it can take the phone when its time has come.

Examples:
  stolen-mode owner ask --phone DEMO00000001 --act transfer
  stolen-mode owner offer --phone DEMO00000001 --out handover.code
  stolen-mode owner handover --code handover.code
  stolen-mode owner accept --code handover.code --new-key me.pem --card-out card.txt
  stolen-mode owner purchase --card-file card.txt --out purchase.proof`

/** From one owner to the next: offer, follow, accept, prove. What waits is stopped by \`owner stop\`. */
export function transferCommands(owner: Command, owning: (command: Command) => Command): void {
  owning(owner.command('offer'))
    .description(
      'give a phone away that has asked for it: the second proof; the waiting time begins',
    )
    .option('--serial <serial>', 'which phone, where the key owns several')
    .requiredOption('--out <file>', 'where the handover code goes')
    .addHelpText('after', HELP)
    .action(later(async () => (await import('../actions/transfers.ts')).offer))
  coded(owner.command('handover'))
    .description('where a handover stands, for seller and buyer')
    .action(later(async () => (await import('../actions/transfers.ts')).handover))
  coded(owner.command('accept'))
    .description('take a phone over')
    .option('--key <file>', 'the key that is to own it')
    .option('--new-key <file>', 'make that key and keep it here')
    .requiredOption('--card-out <file>', 'where your recovery card goes')
    .action(later(async () => (await import('../actions/transfers.ts')).accept))
  owning(owner.command('purchase'))
    .description('fetch the proof of purchase')
    .requiredOption('--out <file>', 'where it goes')
    .action(later(async () => (await import('../actions/transfers.ts')).purchase))
  owner
    .command('verify-purchase')
    .description('check a proof of purchase; needs no network')
    .argument('<file>', 'the proof')
    .option('--root <file>', "root document, had by hand (demonstration: the data folder's)")
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/transfers.ts')).verifyPurchase))
  owning(owner.command('retire'))
    .description('sign what a recycler has drafted: the phone is out of use for good')
    .requiredOption('--draft <file>', "the recycler's draft")
    .action(later(async () => (await import('../actions/retirements.ts')).retire))
  owning(owner.command('answer'))
    .description('say your side where a former owner disputes that he sold you the phone')
    .requiredOption('--statement-file <file>', 'at most 2,000 characters')
    .action(later(async () => (await import('../actions/transfers.ts')).answer))
}

/** What a certified recycler does before he shreds a phone. */
export function recyclerCommands(program: Command): void {
  const recycler = program.command('recycler').description('act as a certified recycler')
  asking(recycler.command('propose'), 'the recycler', 'recycler')
    .description('draft the retirement of a phone; a held or stolen one is refused')
    .requiredOption('--serial <serial>', 'serial number of the phone')
    .requiredOption('--out <file>', 'the draft, to carry to the owner')
    .action(later(async () => (await import('../actions/retirements.ts')).propose))
}

function coded(command: Command): Command {
  return command
    .requiredOption('--code <file>', 'the handover file')
    .addOption(registryOption())
    .addOption(jsonOption())
}
