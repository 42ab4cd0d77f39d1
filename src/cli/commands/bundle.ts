import { InvalidArgumentError, type Command } from 'commander'
import { jsonOption, later, registryOption } from '../options.ts'

const VERIFY_HELP = `
Each file is one bundle. Without --device: what anybody can check, steps 1 to 14. With --device they
are obeyed in the order given, as a phone fresh from the factory with this attestation key would.

Examples:
  stolen-mode bundle verify lock.bundle --root root.cbor
  stolen-mode bundle verify lock.bundle found.bundle --root root.cbor --device 5e1f… --json

Exit code 1 names the step that refused.`

const GET_HELP = `
An officer by a case of the force, an owner by a report and the card. A bundle names the phone: it
is for its owner, its force and its phone.

Examples:
  stolen-mode bundle get --case ID --out ./bundles
  stolen-mode bundle get --reference SM-7Q4K-2M9X --phone DEMO00000001 --out ./bundles`

/** Orders that prove themselves offline. */
export function bundleCommands(program: Command): void {
  const bundle = program.command('bundle').description('orders that prove themselves offline')
  bundle
    .command('verify')
    .description('check a bundle step by step; needs no network')
    .argument('<file...>', 'bundles')
    .option('--root <file>', "root document, had by hand (demonstration: the data folder's)")
    .option(
      '--device <thumbprint>',
      "SHA-256 thumbprint of the phone's attestation key",
      thumbprint,
    )
    .addOption(jsonOption())
    .addHelpText('after', VERIFY_HELP)
    .action(later(async () => (await import('../actions/bundle.ts')).verifyBundles))
  bundle
    .command('get')
    .description('fetch the orders in force about a phone')
    .option('--case <id>', 'a case of your force')
    .option('--reference <reference>', 'your report, like SM-7Q4K-2M9X')
    .option('--phone <serial>', 'a simulated phone of the demonstration')
    .option('--card-file <file>', 'file that holds the ten characters of the recovery card')
    .option('--key <file>', "the officer's or the owner's key")
    .requiredOption('--out <folder>', 'where the bundles go, as <leaf>-<act>.bundle')
    .addOption(registryOption())
    .addOption(jsonOption())
    .addHelpText('after', GET_HELP)
    .action(later(async () => (await import('../actions/bundle.ts')).getBundles))
}

/** @throws {InvalidArgumentError} */
function thumbprint(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('Expected 64 hex digits.')
  return text.toLowerCase()
}
