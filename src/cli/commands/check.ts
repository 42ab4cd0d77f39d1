import type { Command } from 'commander'
import { jsonOption, later, registryOption } from '../options.ts'

/** The public check from a terminal: exit code 3 when there is a report. */
export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('ask whether there is a report for a phone')
    .argument('<imei>', 'IMEI, or a serial number')
    .addOption(registryOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  stolen-mode check 001017010000015\n\nExit code 3: there is a report.',
    )
    .action(later(async () => (await import('../actions/check.ts')).check))
}
