import type { Command } from 'commander'
import { jsonOption, later, registryOption } from '../options.ts'

const VERIFY_HELP = `
Example:
  stolen-mode check verify 'https://…/check/verify?a=…' --log ./log --root root.cbor --number 001017010000015

Exit code 0: real, and no report then. 3: real, and there was one. 1: not real, or about another number.`

/** The public check from a terminal: exit code 3 when there is a report. */
export function checkCommand(program: Command): void {
  const check = program
    .command('check')
    .description('ask whether there is a report for a phone, or verify a signed answer')
    .argument('<imei>', 'IMEI, or a serial number')
    .addOption(registryOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  stolen-mode check 001017010000015\n\nExit code 3: there is a report.',
    )
    .action(later(async () => (await import('../actions/check.ts')).check))
  check
    .command('verify')
    .description('see whether a signed answer is real; needs a copy of the log, and nobody’s word')
    .argument('<answer>', 'the address its code leads to, or `signed` of an answer with --json')
    .requiredOption('--log <where>', 'URL prefix or folder of the log')
    .option('--number <imei>', 'IMEI or serial number it should be about')
    .option('--root <file>', "root document the log began with (demonstration: the data folder's)")
    .option('--origin <name>', 'which log it must be, where the root document names several')
    .option('--newer-root <file...>', 'later root documents, in order, if its keys have changed')
    .option('--memory <folder>', "what logs have shown before (default: the data folder's audit/)")
    .addOption(jsonOption())
    .addHelpText('after', VERIFY_HELP)
    .action(later(async () => (await import('../actions/check-verify.ts')).verifyAnswer))
}
