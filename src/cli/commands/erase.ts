import type { Command } from 'commander'
import { asking, later } from '../options.ts'

/** What the registry owes a person who asks to be forgotten. */
export function eraseCommand(program: Command): void {
  asking(
    program
      .command('erase')
      .description('destroy the private data of a device; the public log stays as it is')
      .argument('<number>', 'IMEI with check digit, or serial number'),
    'the registry',
    'registry-a',
  )
    .addHelpText(
      'after',
      `
Openings, salts, owner, cases, reports and sightings are destroyed in the registry's database. Backups
and the database's own write-ahead log keep them until they are rolled over, registers in their
journals. Refused while the phone is held, stolen, recovered or retired, or a case is open.

Example:
  stolen-mode erase 001017010000015`,
    )
    .action(later(async () => (await import('../actions/erase.ts')).erase))
}
