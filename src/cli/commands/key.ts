import type { Command } from 'commander'
import { jsonOption, later, secretOption } from '../options.ts'

const HELP = `
A key is named by where it lies:
  key.pem, file:key.pem           a file (PKCS#8 PEM), encrypted by your passphrase
  pkcs11:token=T;object=O         a token or HSM (RFC 7512); the key is made there and never leaves it.
                                  Needs pkcs11-tool (Debian: opensc). Quote it: the shell ends at ";"
    ?module-path=/…/module.so     the maker's PKCS#11 library; without it, OpenSC's own for smart cards
    &pin-source=file:/…           where the PIN stands; without it you are asked

Passphrase and PIN never stand in a command: you are asked, or say --secret.

Examples:
  stolen-mode key new --key root-1.pem --public root-1.public
  stolen-mode key new --key 'pkcs11:token=root;object=root-2?module-path=/usr/lib/softhsm/libsofthsm2.so' --public root-2.public
  stolen-mode key show root-1.public`

/** Keys of people and servers, wherever they lie. */
export function keyCommands(program: Command): void {
  const key = program.command('key').description('make and look at keys').addHelpText('after', HELP)
  key
    .command('new')
    .description('make a P-256 key and write down its public half')
    .requiredOption('--key <name>', 'where it will lie')
    .requiredOption('--public <file>', 'its public half (PEM), to carry to others')
    .option('--unattended', 'no passphrase: for a server that starts by itself')
    .addOption(secretOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(later(async () => (await import('../actions/key.ts')).makeNewKey))
  key
    .command('show')
    .description('print the fingerprint, to read aloud')
    .argument('[file]', 'a public key file')
    .option('--key <name>', 'or a private key')
    .addOption(secretOption())
    .addOption(jsonOption())
    .action(later(async () => (await import('../actions/key.ts')).showKey))
}
