import { Option, type Command } from 'commander'
import { jsonOption, later } from '../options.ts'

/** Auditing a log by the public formats alone: nothing of ours is believed, or needed. */
export function logCommands(program: Command): void {
  const log = program.command('log').description('the public log')
  log
    .command('verify')
    .description('recompute a whole log from its entries: signature, tiles, root')
    .argument('<where>', 'URL prefix or folder of the log')
    .requiredOption('--vkey <vkey>', "the log's verifier key, name+id+base64")
    .option('--origin <line>', "first line of its checkpoints, where it is not the key's name")
    .option('--policy <file>', 'C2SP policy whose quorum the checkpoint must have as well')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  stolen-mode log verify --vkey "$VKEY" http://127.0.0.1:8080/log\n\nExit code 1 names the first bad leaf, tile or signature.\nA log that serves no entries is verified by its hashes, and that is said.',
    )
    .action(later(async () => (await import('../actions/log.ts')).verifyLog))
  log
    .command('fsck')
    .description('verify, and compare what is published with the database and the cosigners')
    .argument('[where]', "URL prefix or folder of a log; default: this installation's")
    .option('--root <file>', "root document (demonstration: the data folder's)")
    .addOption(jsonOption())
    .addHelpText('after', '\nThe embedded database is compared while no registry runs on it.')
    .action(later(async () => (await import('../actions/fsck.ts')).fsckLog))
  log
    .command('keygen')
    .description("draw a log's key, and print the verifier key that policies name")
    .requiredOption('--name <name>', "the log's origin: its address without https://")
    .requiredOption('--key <file>', 'where the key goes; must not be there yet')
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/cosigners.ts')).keygenOfLog))
  log
    .command('keys')
    .description('print the verifier keys of the logs that a root document names')
    .option('--root <file>', "root document (demonstration: the data folder's)")
    .addOption(
      new Option('--policy <which>', 'print a whole C2SP policy, witnesses too').choices([
        'guarded',
        'plain',
      ]),
    )
    .option('--json', 'one JSON array on stdout')
    .action(later(async () => (await import('../actions/log.ts')).printLogKeys))
}
