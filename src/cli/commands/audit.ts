import type { Command } from 'commander'
import { jsonOption, later } from '../options.ts'

/** What anybody can know of the log, without an account and without believing anybody. */
export function auditCommand(program: Command): void {
  program
    .command('audit')
    .description('recompute every figure of a log, check every signature, chain and cap')
    .argument('<where>', 'URL prefix or folder of the log')
    .option('--root <file>', "root document the log began with (demonstration: the data folder's)")
    .option('--origin <name>', 'which log it must be, where the root document names several')
    .option('--newer-root <file...>', 'later root documents, in order, if its keys have changed')
    .option('--memory <folder>', "what logs have shown before (default: the data folder's audit/)")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  stolen-mode audit http://127.0.0.1:8080/log --root data/trust/root.cbor

An interrupted audit goes on where it was. A log that goes back or forks is refused, and both notes
are kept as evidence. Exit code 1: refused, or an entry breaks the law.`,
    )
    .action(later(async () => (await import('../actions/audit.ts')).auditWhole))
}
